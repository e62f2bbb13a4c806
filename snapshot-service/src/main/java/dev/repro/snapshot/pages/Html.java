package dev.repro.snapshot.pages;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A node of a page. Strings become text and nothing else: there is no node for markup, no element that holds a program or a style, and no
/// attribute that runs one; a link leads into this site only.
sealed interface Html {

    /// Appends this node as HTML (HTML Living Standard, 13.1).
    void write(StringBuilder out);

    record Text(String text) implements Html {
        @Override
        public void write(StringBuilder out) {
            escape(Visible.of(text), out);
        }
    }

    final class Element implements Html {
        private static final Set<String> VOID = Set.of("br", "hr", "input", "link", "meta", "wbr");
        private static final Set<String> NEVER = Set.of("script", "style", "iframe", "object", "embed", "base", "template", "noscript");
        private static final Set<String> LINKS = Set.of("href", "src", "action");

        private final String tag;
        private final Map<String, String> attributes = new LinkedHashMap<>();
        private final List<Html> children = new ArrayList<>();

        private Element(String tag) {
            if (!tag.matches("[a-z][a-z0-9]*") || NEVER.contains(tag)) {
                throw new IllegalArgumentException("not an element of a page: " + tag);
            }
            this.tag = tag;
        }

        /// Sets an attribute.
        Element with(String name, String value) {
            if (!name.matches("[a-z][a-z-]*|viewBox|preserveAspectRatio") || name.startsWith("on") || name.equals("style") || name.equals("srcdoc")) {
                throw new IllegalArgumentException("not an attribute of a page: " + name);
            }
            if (LINKS.contains(name) && !isOurs(value)) {
                throw new IllegalArgumentException("a link that leads elsewhere: " + value);
            }
            attributes.put(name, value);
            return this;
        }

        private static boolean isOurs(String link) {
            return link.startsWith("#") || link.startsWith("/") && !link.startsWith("//") && link.indexOf('\\') < 0;
        }

        Element css(String classes) {
            return with("class", classes);
        }

        Element add(String text) {
            return add(new Text(text));
        }

        Element add(Html... nodes) {
            return add(List.of(nodes));
        }

        Element add(Collection<? extends Html> nodes) {
            if (VOID.contains(tag) && !nodes.isEmpty()) {
                throw new IllegalArgumentException(tag + " holds nothing");
            }
            children.addAll(nodes);
            return this;
        }

        @Override
        public void write(StringBuilder out) {
            out.append('<').append(tag);
            attributes.forEach((name, value) -> {
                out.append(' ').append(name).append("=\"");
                escape(Visible.of(value), out);
                out.append('"');
            });
            out.append('>');
            if (!VOID.contains(tag)) {
                children.forEach(child -> child.write(out));
                out.append("</").append(tag).append('>');
            }
        }
    }

    static Element of(String tag) {
        return new Element(tag);
    }

    static Element of(String tag, String text) {
        return new Element(tag).add(text);
    }

    static Element of(String tag, Html... nodes) {
        return new Element(tag).add(nodes);
    }

    static Element of(String tag, Collection<? extends Html> nodes) {
        return new Element(tag).add(nodes);
    }

    static Text text(String text) {
        return new Text(text);
    }

    /// Text that somebody else chose: its direction does not reach what stands beside it.
    static Element foreign(String text) {
        return of("bdi", text);
    }

    /// @param to a path of this site that begins with `/`, or `#ID`
    static Element link(String to, Html... nodes) {
        return of("a", nodes).with("href", to);
    }

    static Element link(String to, String text) {
        return link(to, new Text(text));
    }

    /// The node as text.
    default String html() {
        var out = new StringBuilder();
        write(out);
        return out.toString();
    }

    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(text.charAt(i));
            }
        }
    }
}

package dev.repro.tuf.client;

import dev.repro.base.Fields;
import dev.repro.base.Problem;
import dev.repro.tuf.PathPattern;
import dev.repro.tuf.TargetName;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// `map.json` of TAP 4: which repositories must agree on which targets, and where each repository's mirrors are. The client's own
/// file, never a repository's.
///
/// @param repositories the mirrors of each repository by its name, which is also the name of its folder of metadata
/// @param mappings in the order in which they are asked
public record RepositoryMap(SequencedMap<String, List<URI>> repositories, List<Mapping> mappings) {

    /// Bytes of such a file.
    public static final int MAX_BYTES = 1 << 20;

    /// Letters, digits, `.`, `_` and `-`, a letter or digit first: never a way out of the folder (CVE-2026-24686).
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    public RepositoryMap {
        repositories = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(repositories));
        mappings = List.copyOf(mappings);
    }

    /// @param threshold how many of the repositories must say the same of a target, from 1 to all
    /// @param terminating whether a target of these paths is sought in no later mapping
    public record Mapping(List<PathPattern> paths, List<String> repositories, int threshold, boolean terminating) {

        public Mapping {
            paths = List.copyOf(paths);
            repositories = List.copyOf(repositories);
        }

        /// As delegations match, only that a sole `*` stands for every target: so TAP 4 uses it.
        public boolean covers(TargetName target) {
            return paths.stream().anyMatch(p -> p.glob().equals("*") || p.matches(target));
        }
    }

    /// @param where the file, for messages
    /// @throws Problem exit code 2: it is not such a file; members that TAP 4 does not know are refused
    public static RepositoryMap parse(byte[] json, String where) throws Problem {
        Fields map = Fields.parse(json, where);
        SequencedMap<String, List<URI>> repositories = repositories(map.object("repositories"), where);
        var mappings = new ArrayList<Mapping>();
        for (Fields mapping : map.objects("mapping")) {
            mappings.add(mapping(mapping, repositories, where + " $.mapping[" + mappings.size() + "]"));
        }
        map.end();
        return new RepositoryMap(repositories, mappings);
    }

    private static SequencedMap<String, List<URI>> repositories(Fields all, String where) throws Problem {
        var out = new LinkedHashMap<String, List<URI>>();
        var folders = new HashSet<String>();
        for (String name : all.names()) {
            if (!name.matches(NAME)) {
                throw Problem.usage("the name of a repository is the name of a folder").where(where).expected(NAME).found(name);
            }
            if (!folders.add(name.toLowerCase(Locale.ROOT))) {
                throw Problem.usage("two repositories differ in upper and lower case only").where(where).found(name);
            }
            var urls = new LinkedHashSet<URI>();
            for (String url : all.strings(name)) {
                if (!urls.add(url(url, where))) {
                    throw Problem.usage("a mirror stands twice").where(where).found(url);
                }
            }
            if (urls.isEmpty()) {
                throw Problem.usage("repository `" + name + "` has no mirror").where(where);
            }
            out.put(name, List.copyOf(urls));
        }
        return out;
    }

    private static URI url(String text, String where) throws Problem {
        try {
            var url = new URI(text.endsWith("/") ? text : text + "/");
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null
                    && url.getQuery() == null && url.getFragment() == null && url.getUserInfo() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw badUrl(text, where).because(e);
        }
        throw badUrl(text, where);
    }

    private static Problem badUrl(String text, String where) {
        return Problem.usage("a mirror's URL is not what it must be").where(where)
                .expected("http:// or https://, a host, a path").found(text);
    }

    private static Mapping mapping(Fields fields, SequencedMap<String, List<URI>> known, String where) throws Problem {
        List<String> paths = fields.strings("paths");
        List<String> repositories = fields.strings("repositories");
        long threshold = fields.integer("threshold");
        boolean terminating = fields.bool("terminating");
        fields.end();
        if (paths.isEmpty()) {
            throw Problem.usage("a mapping has no paths").where(where);
        }
        if (new HashSet<>(repositories).size() < repositories.size() || !known.keySet().containsAll(repositories)) {
            throw Problem.usage("a mapping names a repository twice, or one that is not in `repositories`").where(where)
                    .found(repositories);
        }
        if (threshold < 1 || threshold > repositories.size()) {
            throw Problem.usage("the threshold of a mapping is not what it must be").where(where)
                    .expected("1 to " + repositories.size())
                    .found(threshold);
        }
        return new Mapping(paths.stream().map(PathPattern::new).toList(), repositories, (int) threshold, terminating);
    }
}

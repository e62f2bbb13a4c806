package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.builder.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What the documents say is there, and what is there is in the documents.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsTest {
    private static final Pattern VERB_LINE = Pattern.compile("^  ([a-z-]+)  +[A-Z].*$", Pattern.MULTILINE);
    private static final Pattern OPTION_LINE = Pattern.compile("^ {2,6}(?:(-\\w), +)?(--[a-z][a-z0-9-]+)", Pattern.MULTILINE);
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]+");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("```.*?```|`[^`\n]+`", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("(?<![\\w/-])(?:\\./)?repro ((?:[a-z][a-z-]* ?)+)([^\n`|#()]*)");
    private static final Pattern MACHINE = Pattern.compile("/root/|/Users/|/home/(?!builder|q…)\\w+|file://|localhost");
    /// Verbs that share a page.
    private static final Map<String, String> PAGES = Map.ofEntries(Map.entry("completion", "version"), Map.entry("help", "version"),
            Map.entry("repo check", "repo-check"), Map.entry("team", "author"), Map.entry("claim", "author"), Map.entry("transfer", "author"),
            Map.entry("requests", "author"), Map.entry("approve", "author"), Map.entry("strip", "sign"), Map.entry("search", "releases"),
            Map.entry("snapshot-service", "serve"), Map.entry("ps", "gate"), Map.entry("outdated", "gate"), Map.entry("stop", "gate"));
    private static final Path DOCS = Repro.HOME.resolve("docs");
    private static final Path MAN = DOCS.resolve("man/repro.1");

    /// From verb (`check`, `manifest show`, nothing for `repro` itself) to what its `--help` prints.
    private final Map<String, String> helps = new LinkedHashMap<>();
    private final Map<Path, String> pages = new TreeMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    void read() throws IOException {
        help("");
        for (Path top : List.of(Repro.HOME.resolve("README.md"), DOCS, Repro.HOME.resolve("examples"))) {
            try (Stream<Path> files = Files.walk(top)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                    pages.put(file, Files.readString(file));
                }
            }
        }
    }

    private void help(String verb) {
        Repro.Answer answer = Repro.run((verb + " --help").strip().split(" "));
        assertEquals(0, answer.code(), answer::toString);
        helps.put(verb, answer.out());
        int verbs = answer.out().indexOf("\nverbs:\n");
        if (verbs >= 0) {
            VERB_LINE.matcher(answer.out().substring(verbs)).results()
                    .forEach(found -> help((verb + " " + found.group(1)).strip()));
        }
    }

    @Test
    void helpTellsEveryVerbAndHasAnExample() {
        assertTrue(helps.keySet().containsAll(Set.of("init", "lock", "build", "check", "manifest show", "manifest lint",
                "manifest generate", "key generate", "key show", "key convert", "key list", "doctor", "version", "completion", "help")), helps.keySet()::toString);
        helps.forEach((verb, help) -> {
            assertTrue(help.contains("\nexample: "), help);
            assertTrue(help.contains("usage: " + ("repro " + verb).strip()), help);
        });
        commands(helps.get("").substring(helps.get("").indexOf("\nexample: ")), "repro --help");
    }

    @Test
    void everyVerbHasItsPageWithEveryOption() {
        String man = man();
        helps.forEach((verb, help) -> {
            String first = verb.split(" ")[0];
            String page = pages.get(DOCS.resolve((verb.isEmpty() ? "version" : PAGES.getOrDefault(verb, PAGES.getOrDefault(first, first))) + ".md"));
            assertTrue(page != null && page.contains(("repro " + first).strip()), () -> "no page for " + verb);
            assertTrue(man.contains(("repro " + verb).strip()), () -> "not in the man page: " + verb);
            String section = verb.isEmpty() || isGroup(verb) ? man : section(man, verb) + section(man, "OPTIONS");
            for (String option : options(help)) {
                assertTrue(names(page, option) || names(pages.get(DOCS.resolve("version.md")), option) && option.length() == 2,
                        () -> option + " of " + verb + " is not in its page");
                assertTrue(names(section, option), () -> option + " of " + verb + " is not in the man page");
            }
        });
    }

    /// The part of the man page on one verb.
    private static String section(String man, String verb) {
        Matcher m = Pattern.compile("(?ms)^\\.S[SH] (repro )?" + verb + "\\b.*?(?=^\\.S[SH] )").matcher(man);
        assertTrue(m.find(), () -> "no section of the man page for " + verb);
        return m.group();
    }

    private static String man() {
        try {
            return Files.readString(MAN).replace("\\-", "-");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Set<String> options(String help) {
        var out = new TreeSet<String>();
        OPTION_LINE.matcher(help).results().forEach(m -> {
            out.add(m.group(2));
            if (m.group(1) != null) {
                out.add(m.group(1));
            }
        });
        return out;
    }

    private static boolean names(String text, String option) {
        return Pattern.compile("(?<![\\w-])" + option + "(?![\\w-])").matcher(text).find();
    }

    @Test
    void pagesNameNoOptionThatIsNotThere() {
        var known = new TreeSet<String>();
        helps.values().forEach(help -> known.addAll(options(help)));
        var texts = new LinkedHashMap<String, String>(Map.of("man page", man()));
        helps.keySet().stream().filter(v -> !v.isEmpty()).map(v -> v.split(" ")[0]).map(v -> PAGES.getOrDefault(v, v) + ".md")
                .forEach(name -> texts.put(name, pages.get(DOCS.resolve(name))));
        texts.put("lint.md", pages.get(DOCS.resolve("lint.md")));
        texts.forEach((name, text) -> OPTION.matcher(text.replaceAll("`git [^`]*`|(?m:^curl .*$)", "")).results().map(m -> m.group())
                .forEach(option -> assertTrue(known.contains(option), () -> name + " names " + option)));
    }

    @Test
    void commandsInPagesAreCommands() {
        pages.forEach((file, text) -> CODE.matcher(text).results().forEach(code -> commands(code.group(), file.toString())));
        String readme = pages.get(Repro.HOME.resolve("README.md"));
        assertTrue(readme.contains("./repro-test") && Files.isExecutable(Repro.HOME.resolve("repro-test")));
        Pattern.compile("mvn [^`\n]*-P(\\w+)").matcher(readme).results().forEach(m -> assertTrue(profiles().contains(m.group(1)),
                () -> "README has `" + m.group() + "`, and no pom has that profile"));
    }

    private void commands(String code, String where) {
        COMMAND.matcher(code.replace("example: ", "")).results().forEach(command -> {
            String[] words = command.group(1).strip().split(" ");
            String two = words.length > 1 && isGroup(words[0]) ? words[0] + " " + words[1] : words[0];
            assertTrue(helps.containsKey(two), () -> where + " has the command `" + command.group() + "`");
            OPTION.matcher(command.group(2)).results().forEach(option -> assertTrue(names(helps.get(two), option.group()),
                    () -> where + " has `" + command.group() + "`, and there is no " + option.group()));
        });
    }

    /// Whether this verb only has verbs below it.
    private boolean isGroup(String verb) {
        return helps.getOrDefault(verb, "").contains("\nverbs:\n");
    }

    private static Set<String> profiles() {
        var out = new TreeSet<String>();
        try (Stream<Path> poms = Files.find(Repro.HOME, 2, (file, _) -> file.endsWith("pom.xml"))) {
            for (Path pom : poms.toList()) {
                Pattern.compile("<profile>\\s*(?:<!--[^>]*-->\\s*)*<id>(\\w+)</id>").matcher(Files.readString(pom)).results()
                        .forEach(m -> out.add(m.group(1)));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out;
    }

    @Test
    void everyLinkLeadsSomewhere() {
        var dead = new TreeSet<String>();
        pages.forEach((file, text) -> LINK.matcher(text).results().map(m -> m.group(1)).filter(link -> !leads(file, link))
                .forEach(link -> dead.add(Repro.HOME.relativize(file) + " -> " + link)));
        assertEquals(Set.of(), dead);
    }

    private boolean leads(Path file, String link) {
        if (link.matches("https?://.*")) {
            return true;
        }
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(pages.getOrDefault(target, "")).contains(parts[1]));
    }

    private static Set<String> anchors(String page) {
        var out = new TreeSet<String>();
        Pattern.compile("^#+ (.*)$", Pattern.MULTILINE).matcher(page).results()
                .map(m -> m.group(1).toLowerCase(Locale.ROOT))
                .forEach(title -> out.add(title.replaceAll("[^\\w -]", "").replace(' ', '-')));
        return out;
    }

    @Test
    void noPageTellsOfAMachine() {
        var texts = new TreeMap<>(pages);
        texts.put(MAN, man());
        texts.forEach((file, text) -> {
            assertTrue(!MACHINE.matcher(text).find(), () -> file + ":\n" + text);
            assertTrue(Repro.HOME.getNameCount() < 2 || !text.contains(Repro.HOME + "/"), () -> file + " names this folder");
        });
    }

    @Test
    void theRecipeInItsPageIsARecipe() throws Exception {
        Matcher block = Pattern.compile("```toml\n(.*?)```", Pattern.DOTALL).matcher(pages.get(DOCS.resolve("recipe.md")));
        assertTrue(block.find());
        String toml = block.group(1).replace("\"…40 hex digits…\"", "\"" + "0".repeat(40) + "\"")
                .replace("sha256:…", "sha256:" + "0".repeat(64))
                .replace("sha256 = \"…\"", "sha256 = \"" + "0".repeat(64) + "\"");
        assertEquals("hello", read(toml).name());
        String git = uncommented(without(toml, "folder", "exclude"), "git", "commit", "submodules");
        assertTrue(read(git).source() instanceof Recipe.Source.Git(_, _, _, boolean submodules) && submodules);
        String bare = without(toml, "debian", "packages");
        assertTrue(read(uncommented(bare, "oci", "digest")).toolchain() instanceof Recipe.Toolchain.Oci);
        assertTrue(read(uncommented(bare, "host")).toolchain() instanceof Recipe.Toolchain.Host);
    }

    private Recipe read(String toml) throws Exception {
        return Recipe.read(Files.writeString(folder.resolve("repro.toml"), toml));
    }

    private static String without(String toml, String... keys) {
        return toml.replaceAll("(?m)^(" + String.join("|", keys) + ") = .*\n", "");
    }

    private static String uncommented(String toml, String... keys) {
        return toml.replaceAll("(?m)^#(" + String.join("|", keys) + ") = ", "$1 = ");
    }

    @Test
    void theManPageHasNoFaults() throws Exception {
        assumeTrue(Tool.found("groff"), "skipped: groff is not on PATH (apt-get install groff)");
        assertEquals("", Tool.run(folder, "groff", "-man", "-ww", "-z", MAN.toString()).text());
        String version = Repro.run("--version").out().strip();
        assertTrue(man().startsWith(".TH REPRO 1 \"\" \"" + version + "\""), "the man page is not of " + version);
    }

    @Test
    void manShowsTheManPage() throws Exception {
        assumeTrue(Tool.found("man"), "skipped: man is not on PATH (apt-get install man-db)");
        Tool.Ended shown = Tool.run(folder, "man", "-l", "--warnings", MAN.toString());
        assertEquals(0, shown.code(), shown::text);
        assertTrue(shown.text().contains("repro check"), shown::text);
        assertTrue(!shown.text().contains("warning"), shown::text);
    }
}

package dev.repro.builder.recipe;

/// Texts of recipes for tests.
public final class Recipes {

    /// Line 1 to 9 of the smallest recipe; tables can be added at its end.
    public static final String MINIMAL = """
            schema = "repro.recipe.v1"
            name = "hello"
            [toolchain]
            debian = "bookworm"
            packages = ["make", "gcc"]
            [build]
            command = ["make", "all"]
            [[output]]
            path = "hello.hvt"
            """;

    private Recipes() {}

    public static Recipe minimal() {
        return parse(MINIMAL);
    }

    public static Recipe parse(String text) {
        try {
            return RecipeReader.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "repro.toml");
        } catch (dev.repro.base.Problem e) {
            throw new AssertionError(e.line(), e);
        }
    }
}

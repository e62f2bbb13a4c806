package dev.repro.builder.recipe;

/// The files that `repro` itself writes: they are never source, and no output may bear their names.
public final class OwnFiles {

    public static final String LOCK_NAME = "repro.lock";
    public static final String RECORD_SUFFIX = ".build.json";
    public static final String LOG_SUFFIX = ".build.log";

    private OwnFiles() {}

    /// @param path relative, `/` between names
    public static boolean matches(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.equals(LOCK_NAME) || name.endsWith(RECORD_SUFFIX) || name.endsWith(LOG_SUFFIX)
                || ("/" + path + "/").contains("/.git/");
    }
}

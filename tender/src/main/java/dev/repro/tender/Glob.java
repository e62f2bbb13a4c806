package dev.repro.tender;

/// A text in which `*` stands for any run of characters, also none.
///
/// A path that is matched must be absolute and without links and `..`, so that `/srv/disks/*` holds whatever lies below.
record Glob(String text) {

    boolean matches(String name) {
        int at = 0;
        String[] parts = text.split("\\*", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            if (i == 0 ? !name.startsWith(parts[0]) : last && (name.length() - parts[i].length() < at || !name.endsWith(parts[i]))) {
                return false;
            }
            int found = i == 0 ? 0 : last ? name.length() - parts[i].length() : name.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return parts.length > 1 || name.length() == at;
    }

    @Override
    public String toString() {
        return text;
    }
}

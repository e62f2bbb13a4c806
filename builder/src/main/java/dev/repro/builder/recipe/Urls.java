package dev.repro.builder.recipe;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/// Which URLs a recipe may name. A lock repeats them, so none may hold a password.
public final class Urls {

    private Urls() {}

    /// Why a file cannot be downloaded from there; empty where it can.
    static Optional<String> refusalOfFile(String url) {
        String shown = "`" + RecipePath.printable(url) + "`";
        try {
            URI uri = new URI(url);
            if (uri.getScheme() == null || !List.of("https", "http").contains(uri.getScheme()) || uri.getHost() == null) {
                return Optional.of("url " + shown + " must begin with https:// or http:// and a host");
            }
            return uri.getRawUserInfo() == null ? Optional.empty()
                    : Optional.of("a url with a user or password would be written into the lock");
        } catch (URISyntaxException _) {
            return Optional.of("url " + shown + " is malformed");
        }
    }

    /// Why git cannot fetch from there; empty where it can. A path of this machine is accepted.
    public static Optional<String> refusalOfGit(String url) {
        if (url.isBlank() || url.startsWith("-") || url.chars().anyMatch(c -> c <= 0x20 || c == 0x7f)) {
            return Optional.of("`" + RecipePath.printable(url) + "` is no url of a git repository");
        }
        int scheme = url.indexOf("://");
        if (scheme < 0) {
            return isScpLike(url) ? Optional.of(noSsh(url)) : Optional.empty();
        }
        return switch (url.substring(0, scheme)) {
            case "file" -> Optional.empty();
            case "https", "http" -> refusalOfFile(url);
            case "ssh", "git+ssh", "ssh+git" -> Optional.of(noSsh(url));
            default -> Optional.of("git url `" + RecipePath.printable(url) + "` must begin with https://, http:// or file://");
        };
    }

    /// `user@host:path`
    private static boolean isScpLike(String url) {
        int colon = url.indexOf(':');
        return colon > 0 && url.indexOf('/') != 0 && url.lastIndexOf('/', colon) < 0;
    }

    private static String noSsh(String url) {
        return "git over ssh needs a key, which a rebuilder does not have: use the https:// url instead of `"
                + RecipePath.printable(url) + "`";
    }
}

package dev.repro.snapshot.pages;

import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Commands of a shell, to copy. Every word that came from metadata is quoted where a shell would read more in it.
final class Commands {
    private static final long MIB = 1 << 20;
    private static final long USUAL_MEMORY = 512; // MiB, what Solo5's tenders take by themselves

    private Commands() {}

    /// Fetches the image, checks that it is the one of this page, then whether that is what its authors released.
    static List<String> verify(Release release, ReleaseImage image, String url) {
        String file = quoted(image.file());
        return List.of("curl -f -o " + file + " " + quoted(url + Urls.file(release.target(image.file()), image.sha256())),
                "echo " + quoted(image.sha256() + "  " + image.file()) + " | sha256sum -c",
                "repro verify " + file + " --name " + quoted(release.name() + "@" + release.version()) + " --service " + quoted(url));
    }

    /// How a tender of Solo5 starts it: `TAP0` and the like are for the operator to fill in.
    ///
    /// @return empty where no tender of Solo5 does
    static Optional<String> launch(ReleaseImage image) {
        if (!image.target().equals("hvt") && !image.target().equals("spt")) {
            return Optional.empty();
        }
        var words = new ArrayList<>(List.of("solo5-" + image.target(), "--mem=" + memory(image)));
        int tap = 0;
        for (String net : image.devices("NET_BASIC")) {
            words.add(quoted("--net:" + net + "=tap" + tap++));
        }
        for (String block : image.devices("BLOCK_BASIC")) {
            words.add(quoted("--block:" + block + "=" + block + ".img"));
        }
        words.addAll(List.of("--", quoted(image.file())));
        return Optional.of(String.join(" ", words));
    }

    private static long memory(ReleaseImage image) {
        long least = image.limits().memoryMin().map(m -> (m + MIB - 1) / MIB).orElse(1L);
        long most = image.limits().memoryMax().map(m -> m / MIB).orElse(Long.MAX_VALUE);
        return Math.max(least, Math.min(most, USUAL_MEMORY));
    }

    /// As one word of a POSIX shell (2.2.2).
    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:@%+=,~-]+") && !word.startsWith("~") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    static Html block(List<String> lines) {
        Html.Element out = Html.of("div").css("commands");
        lines.forEach(line -> out.add(Html.of("pre", code(line))));
        return out;
    }

    // Lines break between words where they can: a hyphen is no good place.
    private static Html code(String line) {
        Html.Element out = Html.of("code");
        for (String word : line.split(" ")) {
            out.add(Html.of("span", word), Html.text(" "));
        }
        return out;
    }
}

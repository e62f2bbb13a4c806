package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.client.Fetcher;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Where a repository is, as a user says it: a folder or a URL, of the metadata itself or of a repository with `metadata`
/// and `targets` in it.
///
/// @param targets empty if there are none to look at
public record Places(Source metadata, Optional<Source> targets) {
    private static final String METADATA = "metadata";
    private static final String TARGETS = "targets";

    /// @param place as the user gave it
    /// @param targets where the targets are; if it is not said, those of a folder are found beside its metadata, those of
    ///     a URL left alone
    /// @param resolve makes an absolute path of what the user gave
    /// @throws Problem exit code 2: there is no metadata, 4: the network fails
    public static Places open(String place, Optional<String> targets, UnaryOperator<Path> resolve, Fetcher fetcher)
            throws Problem {
        Optional<Source> given = targets.isPresent() ? Optional.of(source(targets.get(), resolve, fetcher)) : Optional.empty();
        Source here = source(place, resolve, fetcher);
        if (isMetadata(here)) {
            return new Places(here, given);
        }
        Source below = source(below(place, METADATA), resolve, fetcher);
        if (!isMetadata(below)) {
            throw Problem.usage("there is no TUF metadata in it").where(place)
                    .expected("timestamp.json or 1.root.json, or a folder `metadata` with it")
                    .hint("name the folder or the URL that holds the metadata");
        }
        boolean beside = given.isEmpty() && !isUrl(place) && Files.isDirectory(resolve.apply(Path.of(place)).resolve(TARGETS));
        return new Places(below, beside ? Optional.of(source(below(place, TARGETS), resolve, fetcher)) : given);
    }

    private static boolean isMetadata(Source source) throws Problem {
        for (String file : new String[] {RoleName.TIMESTAMP.file(), RoleName.ROOT.file(1), RoleName.ROOT.file()}) {
            if (!(source.read(file, 0) instanceof Source.Answer.Absent)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUrl(String place) {
        return place.startsWith("http://") || place.startsWith("https://");
    }

    private static String below(String place, String name) {
        return place.endsWith("/") ? place + name : place + "/" + name;
    }

    private static Source source(String place, UnaryOperator<Path> resolve, Fetcher fetcher) throws Problem {
        if (!isUrl(place)) {
            return new FolderSource(resolve.apply(Path.of(place)), place);
        }
        try {
            return new UrlSource(fetcher.at(new URI(place)), place);
        } catch (URISyntaxException e) {
            throw Problem.usage("not a URL").where(place).because(e);
        }
    }
}

package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where this machine gets locked packages from: first the user's folders of `.deb` files, by content; then the addresses of
/// apt's own sources, whatever suite they serve, in apt's order; then the user's mirrors. See [UserConfig].
final class Mirrors {
    private static final Set<String> SCHEMES = Set.of("http", "https", "file");

    private final List<URI> bases;
    private final Map<Long, List<Path>> filesBySize;

    private Mirrors(List<URI> bases, Map<Long, List<Path>> filesBySize) {
        this.bases = bases;
        this.filesBySize = filesBySize;
    }

    static Mirrors of(List<AptSource> apt, UserConfig config) throws Problem {
        var bases = new LinkedHashSet<URI>();
        for (AptSource source : apt) {
            source.uris().forEach(text -> base(text).ifPresent(bases::add)); // cdrom:, mirror+… and the like are apt's alone
        }
        bases.addAll(config.mirrors());
        var files = new HashMap<Long, List<Path>>();
        for (Path folder : config.debFolders()) {
            list(folder, files);
        }
        return new Mirrors(List.copyOf(bases), files);
    }

    /// The base address that a text spells, with a slash at its end.
    static Optional<URI> base(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text : text + "/");
            boolean usable = uri.getScheme() != null && SCHEMES.contains(uri.getScheme()) && uri.getPath() != null
                    && (uri.getScheme().equals("file") || uri.getHost() != null);
            return usable ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    Blob blob(LockedPackage locked) throws Problem {
        var candidates = new ArrayList<URI>();
        for (Path file : filesBySize.getOrDefault(locked.size(), List.of())) {
            if (digest(file).equals(locked.sha256())) {
                candidates.add(file.toUri());
            }
        }
        for (URI base : bases) {
            candidates.add(base.resolve(encoded(locked.path())));
        }
        return new Blob(locked.toString(), locked.sha256(), locked.size(), candidates);
    }

    /// RFC 3986: what is not unreserved is encoded, as apt does, so that a plus stays a plus.
    private static String encoded(String path) {
        var out = new StringBuilder();
        for (byte b : path.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || "/-._".indexOf(b) >= 0;
            out.append(plain ? "" + (char) b : "%%%02x".formatted(b & 0xff));
        }
        return out.toString();
    }

    private static void list(Path folder, Map<Long, List<Path>> files) throws Problem {
        try (var walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                files.computeIfAbsent(Files.size(file), _ -> new ArrayList<>()).add(file);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            throw Why.storage("cannot read the folder of packages", folder, e);
        }
    }

    private static Digest digest(Path file) throws Problem {
        try {
            return Digest.of(file);
        } catch (IOException e) {
            throw Why.storage("cannot read a package", file, e);
        }
    }
}

package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The signers that somebody has at hand, by reference ([Signers]); a folder stands for all its files `*.pem`. Only those whose
/// key is wanted are unlocked, where `NAME.pub` beside `NAME.pem` tells the public key.
public final class KeyRing implements AutoCloseable {
    private final List<String> references;
    private final Passwords passwords;
    private final Map<String, String> env;
    private final Path directory;
    private final List<Signer> open = new ArrayList<>();
    private final List<KeyFolder> lent = new ArrayList<>();

    /// @param directory to which relative paths are relative
    public KeyRing(List<String> references, Passwords passwords, Map<String, String> env, Path directory) {
        this.references = List.copyOf(references);
        this.passwords = passwords;
        this.env = Map.copyOf(env);
        this.directory = directory;
    }

    /// Lends the keys that were made or will be made in a folder; who lends them closes them.
    public KeyRing lend(KeyFolder made) {
        lent.add(made);
        return this;
    }

    private List<Signer> lent() {
        return lent.stream().flatMap(f -> f.signers().stream()).toList();
    }

    public boolean isEmpty() {
        return references.isEmpty() && lent().isEmpty();
    }

    /// @param wanted keys that may sign something
    /// @return those of them that are at hand; this closes them
    public List<Signer> signers(Set<PublicKey> wanted) throws Problem {
        var out = new ArrayList<Signer>(lent().stream().filter(s -> wanted.contains(s.key())).toList());
        for (String reference : references) {
            Path path = reference.contains(":") ? null : directory.resolve(reference);
            for (String one : path != null && Files.isDirectory(path) ? pems(path) : List.of(reference)) {
                open(one, wanted, out);
            }
        }
        return out;
    }

    private void open(String reference, Set<PublicKey> wanted, List<Signer> out) throws Problem {
        if (reference.endsWith(".pem")) {
            Path half = directory.resolve(reference.substring(0, reference.length() - 4) + ".pub");
            if (Files.exists(half) && !wanted.contains(KeyFile.read(half, Passwords.none()))) {
                return;
            }
        }
        Signer signer = Signers.open(reference, passwords, env, directory);
        open.add(signer);
        if (wanted.contains(signer.key())) {
            out.add(signer);
        }
    }

    private static List<String> pems(Path folder) throws Problem {
        try (var files = Files.list(folder)) {
            return files.map(Path::toString).filter(f -> f.endsWith(".pem")).sorted().toList();
        } catch (IOException e) {
            throw Problem.usage("not a folder that can be read").where(folder).because(e);
        }
    }

    @Override
    public void close() {
        open.forEach(Signer::close);
        open.clear();
    }
}

package dev.repro.tuf.repository;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.keys.Signer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/// New keys in a folder, for who begins without any: `NAME.pem`, mode 0600, and its public half `NAME.pub`. Until this is closed
/// they can sign.
public final class KeyFolder implements AutoCloseable {
    private final Path folder;
    private final Scheme scheme;
    private final Secret password;
    private final List<Signer> signers = new ArrayList<>();

    /// @param password of all of them; null to leave them unencrypted; the caller closes it
    public KeyFolder(Path folder, Scheme scheme, Secret password) {
        this.folder = folder;
        this.scheme = scheme;
        this.password = password;
    }

    /// @param count one is called `NAME`, several `NAME-1`, `NAME-2`, …
    List<KeyHolder> generate(String name, int count) throws Problem {
        var out = new ArrayList<KeyHolder>();
        for (int i = 1; i <= count; i++) {
            String one = count == 1 ? name : name + "-" + i;
            PrivateKey key = PrivateKey.generate(scheme, new SecureRandom());
            signers.add(key.signer());
            try {
                Files.createDirectories(folder);
                key.write(folder.resolve(one + ".pem"), password);
                Durable.write(folder.resolve(one + ".pub"), key.key().pem().getBytes(StandardCharsets.UTF_8));
                out.add(new KeyHolder(key.key(), one));
            } catch (IOException e) {
                throw Problem.storage("keys cannot be written: " + e.getMessage()).where(folder).because(e);
            }
        }
        return out;
    }

    List<Signer> signers() {
        return signers;
    }

    @Override
    public void close() {
        signers.forEach(Signer::close);
    }
}

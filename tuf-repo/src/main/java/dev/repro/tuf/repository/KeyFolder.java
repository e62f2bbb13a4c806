package dev.repro.tuf.repository;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/// New keys in a folder, for who begins without any: `NAME.pem`, encrypted, and its public half `NAME.pub`.
public final class KeyFolder {
    private final Path folder;
    private final Scheme scheme;
    private final Secret password;

    /// @param password null to leave the keys unencrypted; the caller closes it
    public KeyFolder(Path folder, Scheme scheme, Secret password) {
        this.folder = folder;
        this.scheme = scheme;
        this.password = password;
    }

    /// Asks once for the password of all keys of a folder.
    public static Secret password(Path folder, Passwords passwords) throws Problem {
        return passwords.get("the keys in " + folder, Passwords.Use.CHOOSE);
    }

    /// @param count one is called `NAME`, several `NAME-1`, `NAME-2`, …
    public List<KeyHolder> generate(String name, int count) throws Problem {
        var out = new ArrayList<KeyHolder>();
        for (int i = 1; i <= count; i++) {
            String one = count == 1 ? name : name + "-" + i;
            try (PrivateKey key = PrivateKey.generate(scheme, new SecureRandom())) {
                java.nio.file.Files.createDirectories(folder);
                key.write(folder.resolve(one + ".pem"), password);
                Durable.write(folder.resolve(one + ".pub"), key.key().pem().getBytes(StandardCharsets.UTF_8));
                out.add(new KeyHolder(key.key(), one));
            } catch (IOException e) {
                throw Problem.storage("keys cannot be written: " + e.getMessage()).where(folder).because(e);
            }
        }
        return out;
    }
}

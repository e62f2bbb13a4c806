package dev.repro.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SshKeyTest {

    /// OpenSSH 9.2: the `.pub` files of `ssh-keygen`, and what `ssh-keygen -l` says of them.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ED25519|ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOx99laL8LPXaRVEN0oLYTtFBMcM+cQaZhsTt5f+HUBI test key|SHA256:lt/uFt0OXyBYDuBEzPVUKCBBk8XQUePrKjPdO4wuYfg
            ECDSA_P256|ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB0yKb25zvgtuLRjYZk21F1x0vnyatNQtkMfMGoK+MDHcRk2h9fG6MYjO8OWm1fGdQxJucgIn6u7WFItin927jc= test key|SHA256:axOq5eky1nXOd/7ZHyAZzMJgy3LFQIOhyPKcTLDloPg
            ECDSA_P384|ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBHTHTiAtmgMvBXbjYRnvgngJ3qCQCuO5Nb+vq1RG4m0d5uFeV2MhSgldsDGe1y2mROKcsiaqk4u0dSawbIN+qik1mUZu7l8hEPVX8ewqwMU3yLyzsgY2jZSPGoH0eb9yOA== test key|SHA256:WrwJcPs5ob5UA1+pAfKmt9vtpfCBNFzsD8q5vZJ+9Ok
            RSA_PSS_SHA256|ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC+/vj7mhjLm2k2jJKoboLZTUPTVS31pzFHY8FwB0BhjdPqm93feHpLsSV23k3V36gfzMZBSYYmPCms/o5f1PZcoQUdP6mSiCJCYdGUQ8m2SELIaalBnGYNUx0usQxubkM/0mzccZSpLsqHUNP4wdwbxCBjHAlxYcGkK/a3MRiONJivXIYfid0TIahbQiCv0KVtutRLMhLVJt0TjD+3MWCQL8PAGcnwZ4ngUPkuz7zmQzjLfZ1B8dQaD5m+Prqa6tud/5uzUP8NmQYdGIzsOIHsSRun5+qDXYqXSZbJH9neV1mmQlejKE2qjVk6lqM7PWRtjtDaYx8cBfrEn2K1/Nvd test key|SHA256:88YpODW+6URQ2veJ9+225DX7BxJpl8oxlqlSA8+jYQk
            """)
    void keysOfOpenssh(Scheme scheme, String line, String fingerprint) throws Exception {
        PublicKey key = SshKey.ofLine(line);
        assertEquals(scheme, key.scheme());
        assertEquals(line, SshKey.line(key, "test key"));
        assertEquals(key, SshKey.ofLine(line + "\n"));
        assertEquals(key, SshKey.ofLine(SshKey.line(key, "")));
        assertEquals(fingerprint, SshKey.fingerprint(key));
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256", "ECDSA_P384", "RSA_PSS_SHA256"})
    void damagedBlobs(Scheme scheme) throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(scheme));
        byte[] blob = SshKey.blob(key);
        assertEquals(key, SshKey.ofBlob(blob));
        for (int length = 0; length < blob.length; length++) {
            byte[] prefix = Arrays.copyOf(blob, length);
            assertThrows(Problem.class, () -> SshKey.ofBlob(prefix));
        }
        assertThrows(Problem.class, () -> SshKey.ofBlob(Arrays.copyOf(blob, blob.length + 1)));
        for (int i = 0; i < blob.length; i++) {
            byte[] flipped = blob.clone();
            flipped[i] ^= 1;
            try {
                assertArrayEquals(flipped, SshKey.blob(SshKey.ofBlob(flipped))); // what is read has one form
            } catch (Problem e) {
                continue;
            }
        }
    }

    @Test
    void otherLinesAndKeys() throws Exception {
        PublicKey key = PublicKey.ofSpki(TestKeys.spki(Scheme.ED25519));
        String line = SshKey.line(key, "");
        String blob = line.split(" ")[1];
        for (String bad : new String[] {"", "ssh-ed25519", " " + line, line.replace("ssh-ed25519", "ssh-rsa"), "no-pty "
                + line, line + "\n\n",
            line + "\n" + line, "ssh-ed25519  " + blob, "ssh-ed25519 " + blob + "AAAA",
            "ssh-ed25519 " + blob.substring(4), "ssh-ed25519 *"}) {
            assertThrows(Problem.class, () -> SshKey.ofLine(bad), bad);
        }
        for (Scheme scheme : Scheme.values()) {
            if (!SshKey.has(scheme)) {
                PublicKey other = PublicKey.ofSpki(TestKeys.spki(scheme));
                assertThrows(Problem.class, () -> SshKey.line(other, ""));
            }
        }
    }
}

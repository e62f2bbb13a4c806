package dev.repro.tender;

import dev.repro.attest.Envelope;
import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The policy as a file, and its signature beside it: `policy.toml.sig`, a DSSE envelope over the very bytes of the policy.
///
/// A policy that an operator has signed is remembered with its version and its keys. From then on the file is only replaced by one that
/// one of these keys has signed and whose version is not lower (equal only if it is the same file).
public final class PolicyFile {
    public static final String PAYLOAD_TYPE = "application/vnd.repro.policy+toml";
    private static final String SCHEMA = "repro.policy-seen.v1";
    private static final int MOST = 1 << 20;

    private PolicyFile() {}

    /// Where the policy is: `$REPRO_POLICY`, else `/etc/repro/policy.toml` for root and `$XDG_CONFIG_HOME/repro/policy.toml` for others.
    public static Path place(Map<String, String> env, int user) throws Problem {
        String given = env.getOrDefault("REPRO_POLICY", "");
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        return user == 0 ? Path.of("/etc/repro/policy.toml") : State.xdg(env, "XDG_CONFIG_HOME", ".config").resolve("repro/policy.toml");
    }

    /// The signature's file.
    public static Path signature(Path policy) {
        return policy.resolveSibling(policy.getFileName() + ".sig");
    }

    /// Reads, checks and remembers.
    ///
    /// @param user whose file it must be, or root's
    /// @throws Denied `policy-missing`, `policy-unsigned`, `policy-rollback`
    /// @throws Problem exit code 2: not a policy, with line and column; 3: others may write it
    public static Policy load(Path file, State state, int user) throws Denied, Problem {
        byte[] toml = bytes(file, user);
        Policy policy = Policy.parse(toml, file);
        Path seen = state.memory().resolve("policy-" + Digest.of(file.toAbsolutePath().normalize().toString().getBytes()).hex() + ".json");
        Optional<Fields> before = Memory.read(seen, SCHEMA);
        List<PublicKey> keys = before.isPresent() ? keys(before.get()) : policy.operator().keys();
        boolean isSigned = isSigned(file, toml, keys);
        if (!isSigned && (before.isPresent() || policy.operator().required())) {
            throw new Denied(Denied.Rule.POLICY_UNSIGNED, "the policy").file(file)
                    .expected("a signature in " + signature(file).getFileName() + " by " + String.join(" or ", keys.stream().map(PublicKey::keyid).toList()))
                    .hint("sign it: repro policy sign " + file + " --key OPERATOR.pem");
        }
        if (isSigned) {
            remember(policy, before, seen);
        }
        return policy;
    }

    private static void remember(Policy policy, Optional<Fields> before, Path seen) throws Denied, Problem {
        if (before.isPresent()) {
            long version = before.get().integer("version");
            boolean same = before.get().digest("sha256").equals(policy.sha256());
            if (policy.version() < version || policy.version() == version && !same) {
                throw new Denied(Denied.Rule.POLICY_ROLLBACK, "the policy").file(policy.file()).expected("version " + (version + 1) + " or newer")
                        .found("version " + policy.version()).hint("raise `version` in the policy and sign it again");
            }
            if (same) {
                return;
            }
        }
        Memory.write(seen, Json.object("schema", SCHEMA, "version", policy.version(), "sha256", policy.sha256(),
                "keys", policy.operator().keys().stream().map(PublicKey::pem).toList()));
    }

    private static List<PublicKey> keys(Fields before) throws Problem {
        var out = new ArrayList<PublicKey>();
        for (String pem : before.strings("keys")) {
            out.add(PublicKey.ofPem(pem));
        }
        return out;
    }

    private static boolean isSigned(Path file, byte[] toml, List<PublicKey> keys) throws Problem {
        Optional<byte[]> envelope = Memory.bytes(signature(file));
        if (envelope.isEmpty() || keys.isEmpty()) {
            return false;
        }
        try {
            Envelope.Verified verified = Envelope.parse(envelope.get(), signature(file).toString()).verify(keys, 1);
            return verified.payloadType().equals(PAYLOAD_TYPE) && Arrays.equals(verified.payload(), toml);
        } catch (Problem e) {
            if (e.exit() == Problem.Exit.NO) {
                return false;
            }
            throw e;
        }
    }

    /// The bytes of the file, if nobody else can change it.
    private static byte[] bytes(Path file, int user) throws Denied, Problem {
        if (!Files.exists(file)) {
            throw new Denied(Denied.Rule.POLICY_MISSING, "the policy").file(file).expected(file)
                    .hint("make one: repro policy init --service URL --root-sha256 HEX");
        }
        State.requireOwn(file, user, true);
        try {
            if (Files.size(file) > MOST) {
                throw Problem.usage("too long for a policy").where(file).expected("at most " + MOST + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    /// Signs a policy: writes the envelope beside it.
    ///
    /// @return the signature's file
    /// @param signer one of the operator's; to change the keys, one of those of the policy before
    /// @throws Problem exit code 2: not a policy, or one without an operator
    public static Path sign(Path file, Signer signer) throws Problem {
        byte[] toml = Memory.bytes(file).orElseThrow(() -> Problem.usage("is not there").where(file));
        if (Policy.parse(toml, file).operator().keys().isEmpty()) {
            throw Problem.usage("the policy names no operator, so nobody's signature counts").where(file).hint("name public keys in `keys` of [operator]");
        }
        Path out = signature(file);
        Memory.write(out, Envelope.sign(PAYLOAD_TYPE, toml, List.of(signer)));
        return out;
    }
}

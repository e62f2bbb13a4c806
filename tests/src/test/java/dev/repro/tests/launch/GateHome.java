package dev.repro.tests.launch;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.repro.base.Digest;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.release.Extras;
import dev.repro.release.Made;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.tests.Repro;
import dev.repro.tests.Tenders;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Publisher;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A host for a daemon: a repository served over HTTP, a policy, a state folder and a socket's place, all in one folder. Each package is a role with
/// a key of its own.
final class GateHome implements AutoCloseable {
    private static final List<String> ROLES = List.of("root", "targets", "snapshot", "timestamp");

    final Path folder;
    private final Map<String, Signer> signers = new LinkedHashMap<>();
    private final Path repository;
    private final HttpServer web;
    private final StringBuilder tenders = new StringBuilder();

    GateHome(Path folder) throws Exception {
        this.folder = folder;
        this.repository = Files.createDirectory(folder.resolve("repository"));
        var keys = new LinkedHashMap<RoleName, Editor.Keys>();
        for (String role : ROLES) {
            keys.put(new RoleName(role), keys(role));
        }
        try (Store store = Stores.open(repository)) {
            publish(store, Editor.create(Repository.read(store), keys, true, false, Lifetimes.DEFAULT, Instant.now()));
        }
        this.web = SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), repository,
                SimpleFileServer.OutputLevel.NONE);
        web.setExecutor(java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor());
        web.start();
    }

    /// The real tender of this machine; a test is skipped without one.
    static Path solo5(String target) {
        Tenders.needs("solo5-" + target, "build Solo5 and put its tenders on PATH");
        return java.util.Arrays.stream(System.getenv("PATH").split(":")).map(place -> Path.of(place, "solo5-" + target)).filter(Files::isExecutable)
                .findFirst().orElseThrow();
    }

    private Editor.Keys keys(String role) {
        signers.put(role, PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer());
        return new Editor.Keys(List.of(new KeyHolder(signers.get(role).key(), "")), 1);
    }

    private void publish(Store store, Editor editor) throws Exception {
        var all = new ArrayList<>(signers.values());
        new Publisher(all, Instant.now()).publish(Signing.sign(editor.proposal(), all), "test");
    }

    @FunctionalInterface
    private interface Edit {
        void of(Editor editor) throws Exception;
    }

    private void change(Edit edit) throws Exception {
        try (Store store = Stores.open(repository)) {
            Editor editor = Editor.of(Repository.read(store), Instant.now());
            edit.of(editor);
            publish(store, editor);
        }
    }

    /// Publishes a release of its own role, which is made if it is not there.
    void release(String name, String version, Path... images) throws Exception {
        if (!signers.containsKey(name)) {
            change(editor -> editor.delegate(RoleName.TARGETS, name, List.of(name + "/*/*"), List.of(), false, keys(name)));
        }
        Path work = Files.createTempDirectory(folder, "work");
        Made made = ReleaseMaker.make(name, version, List.of(images), Extras.NONE.withWork(work));
        Path envelope = Files.write(work.resolve("release.json"), ReleaseStatement.sign(made.release(), List.of(signers.get(name))));
        change(editor -> editor.add(ReleaseTargets.additions(made, envelope), Optional.of(new RoleName(name))));
    }

    void withdraw(String name, String version, String... files) throws Exception {
        change(editor -> {
            for (String file : files) {
                editor.remove(new TargetName(name + "/" + version + "/" + file), Optional.of(new RoleName(name)));
            }
        });
    }

    /// Its own key revokes it.
    void revoke(String name) throws Exception {
        change(editor -> editor.revoke(new RoleName(name), OptionalInt.empty()));
    }

    /// Lets the policy allow a tender by the digest that it has now.
    GateHome tender(String target, Path program) throws IOException {
        tenders.append("[[tender]]\ntarget = \"").append(target).append("\"\npath = \"").append(program).append("\"\nsha256 = \"")
                .append(Digest.of(program)).append("\"\n");
        return this;
    }

    /// @param packages entries of the policy
    void policy(String packages) throws IOException {
        Files.writeString(policy(), "schema = \"repro.policy.v1\"\nversion = 1\n[repository]\nurl = \"http://127.0.0.1:" + web.getAddress().getPort()
                + "/\"\nroot_sha256 = \"" + Digest.of(repository.resolve("metadata/1.root.json")) + "\"\n" + packages + "\n" + tenders);
    }

    Path policy() {
        return folder.resolve("policy.toml");
    }

    Path socket() {
        return folder.resolve("gate.sock");
    }

    Path state() {
        return folder.resolve("state");
    }

    /// The network to the repository is cut.
    void cut() {
        web.stop(0);
    }

    GateProcess daemon(String... options) throws IOException {
        return GateProcess.start(this, options);
    }

    /// What ended.
    void forget() throws IOException {
        try (var files = Files.list(state().resolve("ended"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    Repro.Answer repro(String... words) {
        return Repro.run(folder, env(), words);
    }

    Map<String, String> env() {
        return Map.of("REPRO_STATE", state().toString(), "REPRO_SOCKET", socket().toString(), "REPRO_POLICY", policy().toString());
    }

    @Override
    public void close() {
        web.stop(0);
    }
}

package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// One of the two folders in a bundle.
final class BundleRemote implements Remote {
    private final Bundle bundle;
    private final String folder;

    BundleRemote(Bundle bundle, String folder) {
        this.bundle = bundle;
        this.folder = folder;
    }

    @Override
    public Optional<byte[]> get(String path, int most) throws Problem {
        Optional<Body> body = open(path, 0);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        try (var in = body.get().bytes()) {
            byte[] bytes = in.readNBytes(most);
            return Optional.of(in.read() < 0 ? bytes : Arrays.copyOf(bytes, most + 1));
        } catch (IOException e) {
            throw Problem.storage("could not read the bundle").where(describe(path)).because(e);
        }
    }

    @Override
    public Optional<Body> open(String path, long from) {
        return bundle.open(folder + path, from).map(bytes -> new Body(from, bytes));
    }

    @Override
    public String describe(String path) {
        return folder + path + " in " + bundle.file();
    }
}

package dev.repro.tuf.client;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.tuf.HashCheck;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// One target on its way into a file: goes on with what is there, hashes while it writes, gives the file its name when all of it is right.
final class Transfer {
    /// A connection that breaks after this many bytes is worth another one.
    private static final long PROGRESS = 1 << 20;

    private final Remote remote;
    private final String path;
    private final Found found;
    private final TargetFile wanted;
    private final Path part;
    private final ByteBuffer buffer = ByteBuffer.allocate(65_536);
    private HashCheck check;
    private long here;
    private boolean resumed;
    private boolean asked;

    /// The network's failure, apart from the disk's.
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        Broken(IOException cause) {
            super(cause);
        }

        @Override
        public synchronized IOException getCause() {
            return (IOException) super.getCause();
        }
    }

    /// @param part nobody else's until this is over
    Transfer(Remote remote, String path, Found found, Path part) {
        this.remote = remote;
        this.path = path;
        this.found = found;
        this.wanted = found.file();
        this.part = part;
    }

    /// @param file what the part becomes
    /// @return whether anything was asked for
    boolean run(Path file) throws IOException, Refusal, Problem {
        try (var channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            resume(channel);
            fetch(channel);
            HashCheck.Difference difference = check.difference().orElse(null);
            if (difference != null && resumed) { // what was there may be what is wrong
                restart(channel);
                fetch(channel);
                difference = check.difference().orElse(null);
            }
            if (difference != null) {
                throw Refusal.of(Refusal.Rule.DIGEST_MISMATCH, found.name()).expected(difference.expected()).found(difference.found());
            }
            channel.force(true);
            Durable.move(part, file);
            return asked;
        } catch (Refusal e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }

    // Hashes what an earlier run left.
    private void resume(FileChannel channel) throws IOException {
        restart(null);
        if (channel.size() > wanted.length()) {
            channel.truncate(0);
        }
        for (int n = read(channel); n > 0; n = read(channel)) {
            check.update(buffer.array(), 0, n);
            here += n;
        }
        resumed = here > 0;
    }

    private int read(FileChannel channel) throws IOException {
        buffer.clear();
        return channel.read(buffer);
    }

    private void restart(FileChannel channel) throws IOException {
        check = HashCheck.of(wanted.hashes()).orElseThrow();
        here = 0;
        resumed = false;
        if (channel != null) {
            channel.truncate(0);
        }
    }

    private void fetch(FileChannel channel) throws IOException, Refusal, Problem {
        while (here < wanted.length()) {
            long before = here;
            asked = true;
            Optional<Remote.Body> body = remote.open(path, here);
            if (body.isEmpty()) {
                throw Refusal.of(Refusal.Rule.MISSING, found.name()).found("no " + remote.describe(path));
            }
            try (var answer = body.get()) {
                if (answer.from() != here) {
                    restart(channel);
                }
                receive(answer, channel);
                return;
            } catch (Broken e) {
                if (here - before < PROGRESS) {
                    throw Fetcher.problem(remote.describe(path), e.getCause());
                }
            }
        }
    }

    private void receive(Remote.Body body, FileChannel channel) throws IOException, Refusal, Broken {
        while (true) {
            int n = receive(body);
            if (n < 0) {
                break;
            }
            if (n > wanted.length() - here) {
                throw Refusal.of(Refusal.Rule.TOO_LONG, found.name()).expected(wanted.length() + " bytes").found("more");
            }
            check.update(buffer.array(), 0, n);
            buffer.clear().limit(n);
            while (buffer.hasRemaining()) {
                channel.write(buffer, here + buffer.position());
            }
            here += n;
        }
        if (here < wanted.length()) {
            throw Refusal.of(Refusal.Rule.LENGTH_MISMATCH, found.name()).expected(wanted.length() + " bytes").found(here + " bytes");
        }
    }

    private int receive(Remote.Body body) throws Broken {
        try {
            return body.bytes().read(buffer.array());
        } catch (IOException e) {
            throw new Broken(e);
        }
    }
}

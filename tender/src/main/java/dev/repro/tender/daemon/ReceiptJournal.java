package dev.repro.tender.daemon;

import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Receipts of a daemon: `receipts/gate-TIME-PID.jsonl`, one JSON object a line, each on the disk before [#keep] returns.
///
/// A file of its own for each, with its folder, costs the disk two commits, several times what a small unikernel's whole start takes. So the file's
/// blocks are written with zeros beforehand; a line then changes nothing but them, which is one write. Lines that come at the same moment share it.
/// What follows the last line is zeros until the file is closed or left; a daemon that was killed leaves them, and a reader passes over them.
final class ReceiptJournal implements AutoCloseable {
    /// Bytes of each file.
    static final int SIZE = 4 << 20;
    private static final int PIECE = 64 << 10;
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Object disk = new Object();
    private FileChannel file;
    private Path path;
    private int used;
    /// Of `file`, up to here.
    private int forced;

    ReceiptJournal(Path folder) {
        this.folder = folder;
    }

    /// Has a file ready, so that the first launch waits for none.
    ///
    /// @throws Problem exit code 4
    synchronized void prepare(Instant now) throws Problem {
        try {
            next(now, 0);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private Problem unwritable(IOException e) {
        return Problem.storage("the receipt cannot be kept, so nothing is launched: " + e.getMessage()).where(folder).hint("free space on its disk").because(e);
    }

    /// @return where it is: `gate-….jsonl:OFFSET`
    /// @throws Problem exit code 4: it could not be kept
    String keep(Json.Obj receipt, Instant now) throws Problem {
        byte[] line = (JsonText.compact(receipt) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            FileChannel into;
            int at;
            String name;
            synchronized (this) {
                if (file == null || used + line.length > SIZE) {
                    next(now, line.length);
                }
                into = file;
                at = used;
                name = path.getFileName() + ":" + at;
                write(into, ByteBuffer.wrap(line), at);
                used += line.length;
            }
            force(into, at + line.length);
            return name;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        for (long to = at; bytes.hasRemaining(); ) {
            to += file.write(bytes, to);
        }
    }

    /// One of those who wait forces what all of them have written.
    private void force(FileChannel mine, int end) throws IOException {
        synchronized (disk) {
            int until;
            synchronized (this) {
                if (mine != file || forced >= end) {
                    return; // another has forced it, or left the file, which forces it
                }
                until = used;
            }
            mine.force(false);
            synchronized (this) {
                forced = mine == file ? Math.max(forced, until) : forced;
            }
        }
    }

    private void next(Instant now, int least) throws IOException {
        leave();
        Files.createDirectories(folder);
        Path beginning = folder.resolve("gate-" + NAME.format(now) + "-" + ProcessHandle.current().pid() + ".jsonl");
        FileChannel begun = FileChannel.open(beginning, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            for (int at = 0; at < Math.max(SIZE, least); at += PIECE) {
                write(begun, ByteBuffer.allocate(PIECE), at);
            }
            begun.force(true);
            Durable.syncFolder(folder);
        } catch (IOException e) {
            begun.close();
            Files.deleteIfExists(beginning);
            throw e;
        }
        file = begun;
        path = beginning;
        used = 0;
        forced = 0;
    }

    /// What was written is forced and the rest given back.
    private void leave() throws IOException {
        if (file != null) {
            FileChannel left = file;
            file = null;
            try (left) {
                left.truncate(used);
                left.force(true);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        leave();
    }
}

package dev.repro.tender;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicLong;

/// What was launched and what was refused (`repro.receipt.v1`), on the disk before the guest starts: a file for each, or where a daemon keeps them.
/// No receipt, no launch.
public final class Receipts {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Marks marks;
    private final Book book;
    private final AtomicLong number = new AtomicLong();

    /// Where receipts are kept.
    @FunctionalInterface
    public interface Book {
        /// @return the receipt's name, of which the folder of receipts makes a file
        /// @throws Problem exit code 4: it is not on the disk
        String keep(Json.Obj receipt, Instant now) throws Problem;
    }

    /// A file for each.
    public Receipts(State state) {
        this.marks = new Marks(state);
        this.book = (receipt, now) -> file(state, receipt, now);
    }

    public Receipts(State state, Book book) {
        this.marks = new Marks(state);
        this.book = book;
    }

    /// To be called when nothing but the start is left to be done. Also remembers that this release was launched, so that an older one is a rollback.
    ///
    /// @param argv of each tender, in order, as it is executed; empty for the built-in one
    /// @return the receipt's name
    /// @throws Problem exit code 4: it could not be kept, so nothing may start
    public String launched(Granted granted, java.util.List<java.util.List<String>> argv, Instant now) throws Problem {
        return permitted("launched", granted, granted.toJson().with("argv", argv), now);
    }

    /// For images that leave, to be launched by others: as [#launched].
    public String handedOver(Granted granted, Path folder, Instant now) throws Problem {
        return permitted("handed-over", granted, granted.toJson().with("folder", folder.toString()), now);
    }

    private String permitted(String decision, Granted granted, Json.Obj what, Instant now) throws Problem {
        String name = write(decision, granted.ask(), what, now);
        if (!granted.links().isEmpty()) {
            marks.launched(granted.release());
        }
        return name;
    }

    /// @throws Problem exit code 4: it could not be kept; the refusal stands
    public String refused(Ask ask, Refused refused, Instant now) throws Problem {
        return write("refused", ask, refused.toJson().with("message", refused.getMessage()), now);
    }

    private String write(String decision, Ask ask, Json.Obj what, Instant now) throws Problem {
        Json.Obj receipt = Json.object("schema", "repro.receipt.v1", "decision", decision, "time", now.toString(), "who", who(ask), "asked", asked(ask));
        for (var member : what.members().entrySet()) {
            receipt = receipt.with(member.getKey(), member.getValue());
        }
        return book.keep(receipt, now);
    }

    private String file(State state, Json.Obj receipt, Instant now) throws Problem {
        String name = NAME.format(now) + "-" + ProcessHandle.current().pid() + "-" + number.incrementAndGet() + ".json";
        Memory.write(state.receipts().resolve(name), receipt);
        return name;
    }

    private static Json who(Ask ask) {
        return ask.peer().map(p -> Json.object("user", p.user(), "uid", p.uid(), "pid", p.pid()))
                .orElseGet(() -> Json.object("user", System.getProperty("user.name"), "uid", dev.repro.tender.os.Sys.euid(), "pid", ProcessHandle.current().pid()));
    }

    private static Json asked(Ask ask) {
        return Json.object("name", ask.name().orElse(null), "version", ask.version().orElse(null), "image", ask.image().map(Path::toString).orElse(null),
                "target", ask.target().orElse(null), "memory", ask.memory().isPresent() ? ask.memory().getAsLong() : null,
                "devices", ask.devices().stream().map(Ask.Device::option).toList(), "arguments", ask.arguments());
    }
}

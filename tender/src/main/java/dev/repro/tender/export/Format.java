package dev.repro.tender.export;

import dev.repro.base.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The units that can be written.
public enum Format {
    /// A service that calls the gate at every start.
    SYSTEMD(Systemd::write),
    /// A domain of libvirt, which does not ask the gate.
    LIBVIRT(Libvirt::write),
    /// A domain of Xen's xl, which does not ask the gate.
    XL(Xl::write),
    /// A command for Albatross; gated where the drop-in tender is installed.
    ALBATROSS(Albatross::write);

    private final Writer writer;

    Format(Writer writer) {
        this.writer = writer;
    }

    @FunctionalInterface
    private interface Writer {
        String write(Contract contract) throws Problem;
    }

    /// `systemd`, …
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Format::word).toList();
    }

    /// @throws Problem exit code 2: there is no such format
    public static Format of(String word) throws Problem {
        return Arrays.stream(values()).filter(f -> f.word().equals(word)).findFirst()
                .orElseThrow(() -> Problem.usage("no such format").expected(String.join(", ", words())).found(word));
    }

    /// @return the whole file
    /// @throws Problem exit code 2: this image is none that such a host starts, or something of it cannot be said there
    public String write(Contract contract) throws Problem {
        return writer.write(contract);
    }
}

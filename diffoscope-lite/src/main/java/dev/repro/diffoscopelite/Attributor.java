package dev.repro.diffoscopelite;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Looks at every stretch that is not equal and says why, to a [Collector].
final class Attributor {
    /// Differing bytes with fewer equal ones between them are one range.
    private static final int MERGE = 8;
    /// A text is followed this far to each side of a difference.
    private static final int TEXT = 2048;
    private static final int SHORTEST_TEXT = 4;
    /// Pairs of texts that are looked at; the rest is only counted.
    private static final int MAX_TEXTS = 20_000;

    private final TextCauses texts;
    private final BinaryCauses binary;
    private final Collector collector;
    private final boolean moving;
    private final boolean codePermuted;
    private final boolean objectsPermuted;

    private int textsSeen;
    private long bytes;
    private int ranges;
    private int omitted;

    Attributor(TextCauses texts, BinaryCauses binary, Layout a, Layout b, List<Alignment> alignments, Moves moves,
            Collector collector) {
        this.texts = texts;
        this.binary = binary;
        this.collector = collector;
        this.moving = moves.any() || alignments.stream().anyMatch(Alignment::moving);
        this.codePermuted = alignments.stream().anyMatch(x -> x.permutation() != null && x.a.kind() == Region.Kind.CODE);
        this.objectsPermuted = !a.sources().equals(b.sources())
                && a.sources().stream().sorted().toList().equals(b.sources().stream().sorted().toList());
    }

    long bytes() {
        return bytes;
    }

    int ranges() {
        return ranges;
    }

    /// Pairs of texts that were not looked at.
    int omitted() {
        return omitted;
    }

    void explain(Alignment alignment) {
        new Pair(alignment).explain();
    }

    private final class Pair {
        private final Alignment alignment;
        private final Region a;
        private final Region b;
        private final String section;

        Pair(Alignment alignment) {
            this.alignment = alignment;
            this.a = alignment.a;
            this.b = alignment.b;
            this.section = (a == null ? b : a).name();
        }

        private Region.Kind kind() {
            return (a == null ? b : a).kind();
        }

        private boolean derived() {
            return kind() == Region.Kind.TABLE || kind() == Region.Kind.DEBUG;
        }

        void explain() {
            if (a == null || b == null) {
                onlyOne();
                return;
            }
            if (alignment.permutation() != null) {
                permutation(alignment.permutation());
            }
            if (alignment.looseCount() > 0) {
                count(1, 1);
                collector.follows("shift", where(0, 0, 1), "", "");
            }
            alignment.forEach(this::stretch);
        }

        private void count(long length, int places) {
            bytes += length;
            ranges += ranges > Integer.MAX_VALUE - places ? 0 : places;
        }

        private void onlyOne() {
            var region = a == null ? b : a;
            count(region.stored(), 1);
            String text = Shown.text((section.isEmpty() ? "file" : section) + ", " + region.stored() + " bytes");
            if (kind() == Region.Kind.GAP || kind() == Region.Kind.HEADER) {
                collector.follows("shift", where(0, 0, region.stored()), a == null ? "" : text, b == null ? "" : text);
                return;
            }
            var seen = text(0, a == null ? 0 : a.stored(), 0, b == null ? 0 : b.stored());
            if (!seen) {
                collector.unexplained(where(0, 0, region.stored()), a == null ? "" : text, b == null ? "" : text, 2);
            }
        }

        private void permutation(Alignment.Permutation p) {
            count(0, 1);
            var where = new Where("", section, p.symbol(), p.offset(), 0);
            if (kind() == Region.Kind.CODE) {
                collector.root(objectsPermuted ? "link-order" : "symbol-order", Proof.LIKELY, where, p.a(), p.b());
            } else if (codePermuted || derived() || kind() == Region.Kind.NAMES && moving) {
                collector.follows("shift", where, p.a(), p.b());
            } else if (p.locale()) {
                collector.root("locale", Proof.LIKELY, where, p.a(), p.b());
            } else {
                boolean objects = objectsPermuted && !p.symbol().isEmpty();
                collector.root(objects ? "link-order" : "file-order", Proof.LIKELY, where, p.a(), p.b());
            }
        }

        private Where where(long offsetA, long offsetB, long length) {
            boolean inB = a == null || offsetA >= a.size();
            String symbol = inB ? b == null ? "" : b.symbolAt(offsetB) : a.symbolAt(offsetA);
            return new Where("", section, symbol, inB ? offsetB : offsetA, length);
        }

        private void stretch(long offsetA, long lengthA, long offsetB, long lengthB) {
            switch (kind()) {
                case BUILD_ID, PACKED -> {
                    count(Math.max(lengthA, lengthB), 1);
                    collector.follows(kind() == Region.Kind.PACKED ? "compressed" : "build-id",
                            where(offsetA, offsetB, Math.max(lengthA, lengthB)), hex(a, offsetA, lengthA),
                            hex(b, offsetB, lengthB));
                }
                case STRINGS, NAMES -> {
                    count(Math.max(lengthA, lengthB), 1);
                    boolean bytes = stored(a, offsetA, lengthA) && stored(b, offsetB, lengthB);
                    if (bytes && text(offsetA, lengthA, offsetB, lengthB)) {
                        return;
                    }
                    if (bytes && kind() == Region.Kind.STRINGS && lengthA == lengthB) {
                        bytes(offsetA, offsetB, lengthA); // a number between texts
                    } else {
                        left(offsetA, lengthA, offsetB, lengthB);
                    }
                }
                case HEADER, CODE, DATA, TABLE, DEBUG, GAP -> {
                    if (lengthA == lengthB && stored(a, offsetA, lengthA) && stored(b, offsetB, lengthB)) {
                        ranges(offsetA, offsetB, lengthA);
                    } else {
                        uneven(offsetA, lengthA, offsetB, lengthB);
                    }
                }
            }
        }

        /// Whether the bytes are in the file: those of a `.bss` are not.
        private static boolean stored(Region region, long offset, long length) {
            return offset + length <= region.stored();
        }

        /// Something stands here that has another size on the other side, or is not there at all.
        private void uneven(long offsetA, long lengthA, long offsetB, long lengthB) {
            count(Math.max(lengthA, lengthB), 1);
            String symbolA = lengthA > 0 ? itemAt(a, offsetA, lengthA) : "";
            String symbolB = lengthB > 0 ? itemAt(b, offsetB, lengthB) : "";
            if (!derived() && lengthB == 0 && !symbolA.isEmpty()) {
                collector.unexplained(new Where("", section, symbolA, offsetA, lengthA), item(symbolA, lengthA), "", 3);
            } else if (!derived() && lengthA == 0 && !symbolB.isEmpty()) {
                collector.unexplained(new Where("", section, symbolB, offsetB, lengthB), "", item(symbolB, lengthB), 3);
            } else if (!stored(a, offsetA, lengthA) || !stored(b, offsetB, lengthB) || !run(offsetA, lengthA, offsetB, lengthB)) {
                left(offsetA, lengthA, offsetB, lengthB);
            }
        }

        /// The symbol whose item this is: it begins here, and its item is as long.
        private static String itemAt(Region region, long offset, long length) {
            var mark = region.markAt(offset);
            return mark != null && mark.start() == offset && mark.end() <= offset + length ? mark.name() : "";
        }

        private static String item(String symbol, long length) {
            return Shown.text(symbol + ", " + length + " bytes");
        }

        private void ranges(long offsetA, long offsetB, long length) {
            var x = a.bytes().asSlice(offsetA, length);
            var y = b.bytes().asSlice(offsetB, length);
            long from = 0;
            while (from < length) {
                long first = x.asSlice(from).mismatch(y.asSlice(from));
                if (first < 0) {
                    return;
                }
                long start = from + first;
                long end = start + 1;
                for (long i = end; i < length && i < end + MERGE; i++) {
                    if (x.get(ValueLayout.JAVA_BYTE, i) != y.get(ValueLayout.JAVA_BYTE, i)) {
                        end = i + 1;
                    }
                }
                from = range(offsetA + start, offsetB + start, end - start) - offsetA;
            }
        }

        /// Answers up to where in A the differences are dealt with.
        private long range(long offsetA, long offsetB, long length) {
            if (kind() != Region.Kind.CODE && kind() != Region.Kind.TABLE && kind() != Region.Kind.HEADER) {
                long done = printed(offsetA, offsetB, length);
                if (done > 0) {
                    count(Math.min(length, done), 1);
                    return offsetA + done;
                }
            }
            count(length, 1);
            bytes(offsetA, offsetB, length);
            return offsetA + length;
        }

        /// The number of bytes that are dealt with when texts stand here whose difference is explained; else 0.
        private long printed(long offsetA, long offsetB, long length) {
            long back = back(offsetA, offsetB);
            long sizeA = end(a, offsetA) - offsetA;
            long sizeB = end(b, offsetB) - offsetB;
            long reach = Math.max(sizeA, sizeB);
            // A text that ends earlier on one side is followed by zeros there, or both go on.
            boolean both = sizeA > 0 && sizeB > 0 && back + Math.min(sizeA, sizeB) >= SHORTEST_TEXT;
            boolean padded = back + reach >= SHORTEST_TEXT && zero(a, offsetA + sizeA, offsetA + reach)
                    && zero(b, offsetB + sizeB, offsetB + reach);
            boolean text = (both || padded) && binary.epoch(a, offsetA, b, offsetB) == null
                    && text(offsetA - back, sizeA + back, offsetB - back, sizeB + back);
            return text ? reach : 0;
        }

        /// How many equal printable bytes stand before the two places.
        private long back(long offsetA, long offsetB) {
            long back = 0;
            while (back < offsetA && back < offsetB && back < TEXT && Region.printable(a.at(offsetA - back - 1))
                    && a.at(offsetA - back - 1) == b.at(offsetB - back - 1)) {
                back++;
            }
            return back;
        }

        private static long end(Region region, long offset) {
            long end = offset;
            while (end < region.stored() && end - offset < TEXT && Region.printable(region.at(end))) {
                end++;
            }
            return end;
        }

        private static boolean zero(Region region, long from, long to) {
            for (long i = from; i < Math.min(to, region.stored()); i++) {
                if (region.at(i) != 0) {
                    return false;
                }
            }
            return true;
        }

        private void bytes(long offsetA, long offsetB, long length) {
            if (derived() || kind() == Region.Kind.HEADER) {
                left(offsetA, length, offsetB, length);
                return;
            }
            binary.explain(a, offsetA, b, offsetB, length, (role, clue, atA, atB, size) -> {
                switch (role) {
                    case CONSEQUENCE -> shifted(atA, size, atB, size);
                    case ROOT -> root(clue, where(atA, atB, size));
                    case UNEXPLAINED -> left(atA, size, atB, size);
                }
            });
        }

        private void root(Clue clue, Where where) {
            boolean digests = where.symbol().equals("caml_globals_map") && clue.proof() == Proof.LIKELY;
            if (clue.cause().equals("checksum")) {
                collector.follows("checksum", where, clue.a(), clue.b());
            } else {
                collector.root(digests ? "ocaml-digest" : clue.cause(), clue.proof(), where, clue.a(), clue.b());
            }
        }

        /// Texts of different length between bytes that are equal: each is followed to both sides.
        private boolean run(long offsetA, long lengthA, long offsetB, long lengthB) {
            if (kind() == Region.Kind.CODE || kind() == Region.Kind.TABLE) {
                return false;
            }
            long back = back(offsetA, offsetB);
            long endA = end(a, offsetA);
            long endB = end(b, offsetB);
            boolean whole = endA >= offsetA + lengthA && endB >= offsetB + lengthB;
            if (whole) {
                return Math.max(endA - offsetA, endB - offsetB) + back >= SHORTEST_TEXT
                        && text(offsetA - back, endA - offsetA + back, offsetB - back, endB - offsetB + back);
            }
            return texts(offsetA - back, end(a, offsetA + lengthA), offsetB - back, end(b, offsetB + lengthB));
        }

        /// The same for several texts between zeros, when both sides have the same number of them.
        private boolean texts(long fromA, long toA, long fromB, long toB) {
            var itemsA = toA - fromA > 16 * TEXT ? null : Items.texts(a.bytes(), fromA, toA);
            var itemsB = toB - fromB > 16 * TEXT ? null : Items.texts(b.bytes(), fromB, toB);
            if (itemsA == null || itemsB == null || itemsA.size() != itemsB.size()
                    || !Region.mostlyText(a.bytes().asSlice(fromA, toA - fromA))
                    || !Region.mostlyText(b.bytes().asSlice(fromB, toB - fromB))) {
                return false;
            }
            boolean explained = true;
            for (int i = 0; i < itemsA.size(); i++) {
                explained &= text(itemsA.start(i), itemsA.length(i), itemsB.start(i), itemsB.length(i));
            }
            return explained;
        }

        /// Whether all of the difference of two texts is explained. What explains a part of it is found in any case.
        private boolean text(long offsetA, long lengthA, long offsetB, long lengthB) {
            if (++textsSeen > MAX_TEXTS) {
                omitted++;
                return true;
            }
            var explanation = texts.explain(string(a, offsetA, lengthA), string(b, offsetB, lengthB));
            var where = where(offsetA, offsetB, Math.max(lengthA, lengthB));
            explanation.clues().forEach(clue -> root(clue, where));
            return explanation.explained();
        }

        private static String string(Region region, long offset, long length) {
            if (region == null) {
                return "";
            }
            long stored = Math.clamp(region.stored() - offset, 0, Math.min(length, 16 * TEXT));
            return new String(region.bytes().asSlice(Math.min(offset, region.stored()), stored).toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.ISO_8859_1);
        }

        /// What no cause was found for.
        private void left(long offsetA, long lengthA, long offsetB, long lengthB) {
            boolean derived = switch (kind()) {
                case TABLE, DEBUG, NAMES, HEADER -> true;
                case GAP -> lengthA != lengthB && !section.equals("(end of file)");
                case CODE, STRINGS, DATA, BUILD_ID, PACKED -> false;
            };
            if (derived && moving) {
                shifted(offsetA, lengthA, offsetB, lengthB);
                return;
            }
            var where = where(offsetA, offsetB, Math.max(lengthA, lengthB));
            String shownA = shown(a, offsetA, lengthA);
            String shownB = shown(b, offsetB, lengthB);
            if (tarChecksum(offsetA)) {
                collector.follows("checksum", where, shownA, shownB);
            } else if (kind() == Region.Kind.GAP && lengthA == lengthB && !section.equals("(end of file)")) {
                collector.root("padding", Proof.LIKELY, where, shownA, shownB);
            } else {
                collector.unexplained(where, shownA, shownB, derived ? 0 : lengthA == lengthB ? 1 : 2);
            }
        }

        /// Whether this lies in the checksum of a tar header: bytes 148 to 155 of a block that says `ustar` at 257, wherever the archive begins.
        private boolean tarChecksum(long offset) {
            for (long block = offset - 155; block <= offset - 148; block++) {
                if (block >= 0 && block + 262 <= Math.min(a.stored(), b.stored()) && string(a, block + 257, 5).equals("ustar")
                        && string(b, block + 257, 5).equals("ustar")) {
                    return true;
                }
            }
            return false;
        }

        private void shifted(long offsetA, long lengthA, long offsetB, long lengthB) {
            if (!collector.shiftedAgain()) {
                collector.follows("shift", where(offsetA, offsetB, Math.max(lengthA, lengthB)), shown(a, offsetA, lengthA),
                        shown(b, offsetB, lengthB));
            }
        }

        private String shown(Region region, long offset, long length) {
            boolean names = kind() == Region.Kind.NAMES || kind() == Region.Kind.STRINGS;
            boolean text = region != null && length > 0 && stored(region, offset, length)
                    && (names || length >= SHORTEST_TEXT && end(region, offset) >= offset + Math.min(length, TEXT));
            return text ? Shown.text(string(region, offset, length)) : hex(region, offset, length);
        }

        private static String hex(Region region, long offset, long length) {
            return region == null || offset >= region.stored() ? ""
                    : Shown.hex(region.bytes(), offset, Math.min(region.stored() - offset, length));
        }
    }
}

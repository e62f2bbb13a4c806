package dev.repro.diffoscopelite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// Finds what of one region stands for what of the other: symbols by name, texts by content, other bytes by equal blocks.
///
/// It does so by name and content, not by offset, so that one item that grows does not make all that follow it differ. What it
/// learns about places goes to [Moves].
final class Aligner {
    /// Fill between two functions or objects is shorter.
    private static final int FILL = 64;
    /// Unmatched items between two anchors are paired by likeness up to this number, by order above it.
    private static final int LIKENESS = 64;
    private static final int SHOWN_ITEMS = 12;
    private static final int SORTED_ITEMS = 10_000;

    /// Texts without partner are compared without what was planted, up to this many characters.
    private static final int MASKED = 4096;
    private static final int MAX_MASKED = 20_000;

    /// A text of one build without what was planted there.
    interface Mask {
        String mask(String text, boolean inA);
    }

    private final Region a;
    private final Region b;
    private final Moves moves;
    private final Mask mask;
    private final Alignment result;

    private Aligner(Region a, Region b, Moves moves, Mask mask) {
        this.a = a;
        this.b = b;
        this.moves = moves;
        this.mask = mask;
        this.result = new Alignment(a, b);
    }

    /// One of the regions may be null.
    static Alignment align(Region a, Region b, Moves moves, Mask mask) {
        var aligner = new Aligner(a, b, moves, mask);
        if (a == null || b == null) {
            aligner.result.add(0, a == null ? 0 : a.stored(), 0, b == null ? 0 : b.stored());
        } else {
            aligner.align();
        }
        return aligner.result;
    }

    private void align() {
        move(0, 0);
        boolean symbols = !a.marks().isEmpty() && !b.marks().isEmpty() && !a.marks().equals(b.marks());
        if (symbols) {
            symbols();
        } else {
            leaf(0, a.stored(), 0, b.stored());
        }
        if (a.address() >= 0) {
            moves.end(a.address() + a.size());
        }
        if (result.isEmpty() && a.bytes().mismatch(b.bytes()) != -1) {
            result.loose();
        }
    }

    private void move(long offsetA, long offsetB) {
        if (a.address() >= 0 && b.address() >= 0) {
            moves.add(a.address() + offsetA, b.address() + offsetB - a.address() - offsetA);
        }
    }

    private boolean equal(long fromA, long lengthA, long fromB, long lengthB) {
        return lengthA == lengthB && a.bytes().asSlice(fromA, lengthA).mismatch(b.bytes().asSlice(fromB, lengthB)) == -1;
    }

    private void symbols() {
        var itemsA = Items.symbols(a);
        var itemsB = Items.symbols(b);
        match(itemsA, itemsB, true);
    }

    private void symbol(Items itemsA, int i, Items itemsB, int j) {
        if (a.stored() < a.size() || b.stored() < b.size()) {
            return;
        }
        long endA = extent(a, itemsA, i);
        long endB = extent(b, itemsB, j);
        leaf(itemsA.start(i), endA - itemsA.start(i), itemsB.start(j), endB - itemsB.start(j));
        long fillA = itemsA.end(i) - endA;
        long fillB = itemsB.end(j) - endB;
        if (fillA != fillB && fill(a, endA, fillA) && fill(b, endB, fillB)) {
            result.loose();
        } else {
            leaf(endA, fillA, endB, fillB);
        }
    }

    /// Whether these bytes only align what follows: zeros; in code what begins as a no-operation does.
    private static boolean fill(Region region, long from, long length) {
        if (length >= FILL) {
            return false;
        }
        if (region.kind() != Region.Kind.CODE || length == 0) {
            return zeros(region, from, length) == length;
        }
        return switch (region.at(from)) {
            // x86: nop, int3, prefixes of long nops; A64: nop is 1f 20 03 d5
            case 0x00, 0x90, 0xcc, 0x66, 0x0f, 0x2e, 0x1f -> true;
            default -> false;
        };
    }

    private static long extent(Region region, Items items, int i) {
        var mark = region.markAt(items.start(i));
        return mark == null ? items.end(i) : Math.min(mark.end(), items.end(i));
    }

    /// A stretch that is the same thing on both sides.
    private void leaf(long fromA, long lengthA, long fromB, long lengthB) {
        if (equal(fromA, lengthA, fromB, lengthB)) {
            return;
        }
        if (text(fromA, lengthA, fromB, lengthB)) {
            var itemsA = Items.texts(a.bytes(), fromA, fromA + lengthA);
            var itemsB = Items.texts(b.bytes(), fromB, fromB + lengthB);
            if (itemsA != null && itemsB != null) {
                match(itemsA, itemsB, false);
                return;
            }
        }
        boolean sameSize = lengthA == lengthB && a.kind() == Region.Kind.DATA;
        var permutation = sameSize ? Chunks.permutation(a, fromA, b, fromB, lengthA) : null;
        if (permutation != null) {
            result.permuted(permutation);
        } else if (a.kind() == Region.Kind.DATA) {
            betweenStrings(fromA, lengthA, fromB, lengthB);
        } else {
            bytes(fromA, lengthA, fromB, lengthB);
        }
    }

    /// Data with texts in it: the texts that both have keep the rest in step.
    private void betweenStrings(long fromA, long lengthA, long fromB, long lengthB) {
        var itemsA = Items.strings(a.bytes(), fromA, fromA + lengthA);
        var itemsB = Items.strings(b.bytes(), fromB, fromB + lengthB);
        if (itemsA == null || itemsB == null) {
            bytes(fromA, lengthA, fromB, lengthB);
            return;
        }
        var matching = Matching.of(itemsA.keys(), itemsB.keys());
        long doneA = fromA;
        long doneB = fromB;
        for (int i = 0; i < itemsA.size(); i++) {
            if (matching.anchor[i]) {
                int j = matching.toB[i];
                bytes(doneA, itemsA.start(i) - doneA, doneB, itemsB.start(j) - doneB);
                move(itemsA.start(i), itemsB.start(j));
                doneA = itemsA.end(i);
                doneB = itemsB.end(j);
            }
        }
        bytes(doneA, fromA + lengthA - doneA, doneB, fromB + lengthB - doneB);
    }

    /// Bytes without texts that help. Where one side has more zeros in front, as alignment puts them there, they are left out.
    private void bytes(long fromA, long lengthA, long fromB, long lengthB) {
        if (equal(fromA, lengthA, fromB, lengthB)) {
            return;
        }
        long skipA = lengthA == lengthB ? 0 : zeros(a, fromA, lengthA);
        long skipB = lengthA == lengthB ? 0 : zeros(b, fromB, lengthB);
        if (skipA != skipB && skipA < lengthA && skipB < lengthB) {
            result.loose();
            move(fromA + skipA, fromB + skipB);
        } else {
            skipA = 0;
            skipB = 0;
        }
        Chunks.align(a, fromA + skipA, lengthA - skipA, b, fromB + skipB, lengthB - skipB, result, this::move);
    }

    private static long zeros(Region region, long from, long length) {
        long count = 0;
        while (count < length && count < FILL && region.at(from + count) == 0) {
            count++;
        }
        return count;
    }

    private boolean text(long fromA, long lengthA, long fromB, long lengthB) {
        return switch (a.kind()) {
            case STRINGS, NAMES -> true;
            case DATA -> Region.mostlyText(a.bytes().asSlice(fromA, lengthA))
                    && Region.mostlyText(b.bytes().asSlice(fromB, lengthB));
            case HEADER, CODE, TABLE, DEBUG, BUILD_ID, PACKED, GAP -> false;
        };
    }

    private void match(Items itemsA, Items itemsB, boolean symbols) {
        var matching = Matching.of(itemsA.keys(), itemsB.keys());
        for (int i = 0; i < itemsA.size(); i++) {
            int j = matching.toB[i];
            if (j >= 0) {
                move(itemsA.start(i), itemsB.start(j));
                if (symbols) {
                    symbol(itemsA, i, itemsB, j);
                }
            }
        }
        if (matching.moved > 0) {
            permuted(itemsA, itemsB, matching, symbols);
        }
        if (!symbols) {
            alike(itemsA, itemsB, matching);
        }
        gaps(itemsA, itemsB, matching, symbols);
    }

    /// Pairs texts that are equal but for what was planted, wherever they stand: linkers merge and sort texts.
    private void alike(Items itemsA, Items itemsB, Matching matching) {
        var masked = new HashMap<String, ArrayDeque<Integer>>();
        for (int j = 0, n = 0; j < itemsB.size() && n < MAX_MASKED; j++) {
            if (matching.toA[j] < 0) {
                String text = itemsB.text(b, j, MASKED);
                String key = mask.mask(text, false);
                if (!key.equals(text)) {
                    masked.computeIfAbsent(key, _ -> new ArrayDeque<>()).add(j);
                }
                n++;
            }
        }
        for (int i = 0; i < itemsA.size() && !masked.isEmpty(); i++) {
            if (matching.toB[i] < 0) {
                var partners = masked.get(mask.mask(itemsA.text(a, i, MASKED), true));
                if (partners != null && !partners.isEmpty()) {
                    int j = partners.remove();
                    matching.toB[i] = j;
                    matching.toA[j] = i;
                    move(itemsA.start(i), itemsB.start(j));
                    result.add(itemsA.start(i), itemsA.length(i), itemsB.start(j), itemsB.length(j));
                }
            }
        }
    }

    /// What has no partner, between each two neighbouring anchors.
    private void gaps(Items itemsA, Items itemsB, Matching matching, boolean symbols) {
        int j = 0;
        var onlyA = new ArrayList<Integer>();
        var onlyB = new ArrayList<Integer>();
        for (int i = 0; i <= itemsA.size(); i++) {
            if (i < itemsA.size() && !matching.anchor[i]) {
                if (matching.toB[i] < 0) {
                    onlyA.add(i);
                }
                continue;
            }
            int end = i < itemsA.size() ? matching.toB[i] : itemsB.size();
            for (; j < end; j++) {
                if (matching.toA[j] < 0) {
                    onlyB.add(j);
                }
            }
            j = end + 1;
            if (!onlyA.isEmpty() || !onlyB.isEmpty()) {
                gap(itemsA, onlyA, itemsB, onlyB, symbols);
                onlyA.clear();
                onlyB.clear();
            }
        }
    }

    private void gap(Items itemsA, List<Integer> onlyA, Items itemsB, List<Integer> onlyB, boolean symbols) {
        boolean inOrder = onlyA.size() == onlyB.size() || Math.max(onlyA.size(), onlyB.size()) > LIKENESS;
        var free = new ArrayList<>(onlyB);
        long lastA = 0;
        long lastB = onlyB.isEmpty() ? 0 : itemsB.start(onlyB.getFirst());
        for (int i : onlyA) {
            int partner = free.isEmpty() ? -1 : inOrder ? 0 : symbols ? -1 : likest(itemsA, i, itemsB, free);
            lastA = itemsA.end(i);
            if (partner < 0) {
                result.add(itemsA.start(i), itemsA.length(i), lastB, 0);
                continue;
            }
            int j = free.remove(partner);
            move(itemsA.start(i), itemsB.start(j));
            if (symbols) {
                symbol(itemsA, i, itemsB, j);
            } else {
                result.add(itemsA.start(i), itemsA.length(i), itemsB.start(j), itemsB.length(j));
            }
        }
        for (int j : free) {
            result.add(lastA, 0, itemsB.start(j), itemsB.length(j));
        }
    }

    /// Index in `free` of the text that shares the longest beginning of at least 4 bytes; -1 when there is none.
    private int likest(Items itemsA, int i, Items itemsB, List<Integer> free) {
        int best = -1;
        long longest = 3;
        for (int k = 0; k < free.size(); k++) {
            int j = free.get(k);
            long common = a.bytes().asSlice(itemsA.start(i), itemsA.length(i))
                    .mismatch(b.bytes().asSlice(itemsB.start(j), itemsB.length(j)));
            if (common > longest) {
                longest = common;
                best = k;
            }
        }
        return best;
    }

    private void permuted(Items itemsA, Items itemsB, Matching matching, boolean symbols) {
        int firstA = 0;
        while (matching.toB[firstA] < 0 || matching.anchor[firstA]) {
            firstA++;
        }
        int firstB = matching.toB[firstA];
        for (int i = firstA; i < itemsA.size(); i++) {
            if (matching.toB[i] >= 0) {
                firstB = Math.min(firstB, matching.toB[i]);
            }
        }
        for (int i = firstA; i >= 0 && matching.toB[i] >= 0; i--) {
            firstA = matching.toB[i] >= firstB ? i : firstA;
        }
        var labelsA = labels(a, itemsA, firstA, matching.toB, symbols);
        var labelsB = labels(b, itemsB, firstB, matching.toA, symbols);
        result.permuted(new Alignment.Permutation(itemsA.start(firstA), a.symbolAt(itemsA.start(firstA)), shown(labelsA),
                shown(labelsB), matching.moved, !symbols && Order.byLocale(labelsA, labelsB)));
    }

    private static List<String> labels(Region region, Items items, int first, int[] partners, boolean symbols) {
        var labels = new ArrayList<String>();
        for (int i = first; i < items.size() && labels.size() < SORTED_ITEMS; i++) {
            if (partners[i] >= 0) {
                labels.add(items.label(region, i, symbols));
            }
        }
        return labels;
    }

    private static String shown(List<String> labels) {
        return Shown.text(String.join(" ", labels.subList(0, Math.min(SHOWN_ITEMS, labels.size()))));
    }
}

package dev.repro.image;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The symbols of one table, and which of them a place belongs to. Immutable.
public final class Symbols {
    /// How many symbols before a place are looked at: real ones nest two or three deep.
    private static final int REACH = 64;

    /// By place; of those at one place the best last: sized before unsized, global before local, then by name.
    private static final Comparator<Symbol> ORDER = Comparator.comparingLong((Symbol s) -> s.value() + Long.MIN_VALUE)
            .thenComparing(s -> s.size() != 0)
            .thenComparing(s -> s.binding() != Symbol.LOCAL)
            .thenComparing(Symbol::name);

    private final List<Symbol> all;
    private final List<Symbol> placed;
    private final boolean relocatable;

    Symbols(List<Symbol> all, boolean relocatable) {
        this.all = List.copyOf(all);
        this.relocatable = relocatable;
        Comparator<Symbol> order = relocatable ? Comparator.comparingInt(Symbol::section).thenComparing(ORDER) : ORDER;
        this.placed = all.stream().filter(Symbol::placed).sorted(order).toList();
    }

    /// In the order of the table, the first (which means "no symbol") included.
    public List<Symbol> all() {
        return all;
    }

    public Optional<Symbol> named(String name) {
        return all.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /// The symbol of the byte at `offset` in `section`: the innermost one whose extent covers it, else the nearest label of the
    /// section before it that no sized symbol follows.
    public Optional<Symbol> at(Section section, long offset) {
        return find(section.index(), relocatable ? offset : section.address() + offset, true);
    }

    /// The symbol whose extent covers `address`, else the nearest label before it. For files that are not relocatable.
    public Optional<Symbol> at(long address) {
        return find(0, address, false);
    }

    private Optional<Symbol> find(int section, long place, boolean sameSection) {
        Symbol label = null;
        boolean past = false;
        int last = lastNotAfter(section, place);
        for (int i = last; i >= 0 && i > last - REACH; i--) {
            Symbol symbol = placed.get(i);
            if (symbol.section() != section && (relocatable || sameSection)) {
                continue;
            }
            if (symbol.size() == 0) {
                label = label == null && !past ? symbol : label;
            } else if (Long.compareUnsigned(place - symbol.value(), symbol.size()) < 0) {
                return Optional.of(symbol);
            } else {
                past = true;
            }
        }
        return Optional.ofNullable(label);
    }

    /// Index of the last placed symbol that begins at or before the place; -1 where there is none.
    private int lastNotAfter(int section, long place) {
        int low = 0;
        int high = placed.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (after(placed.get(middle), section, place)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low - 1;
    }

    private boolean after(Symbol symbol, int section, long place) {
        if (relocatable && symbol.section() != section) {
            return symbol.section() > section;
        }
        return Long.compareUnsigned(symbol.value(), place) > 0;
    }
}

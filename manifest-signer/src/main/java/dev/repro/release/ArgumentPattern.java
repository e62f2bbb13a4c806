package dev.repro.release;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/// A pattern of a unikernel's arguments: a small regular expression that always matches the whole text, in time linear in it whatever the
/// pattern (Thompson's construction). It is a subset of what every regular expression language understands:
///
/// - a character stands for itself; `.` for any one; `\` before a character that is no letter or digit takes its meaning away;
/// - `[abc]`, `[a-z]`, `[^ ]` for one character of these, or none of these;
/// - `x*`, `x+`, `x?` for any number, at least one, at most one; `x|y` for either; `( )` holds together.
///
/// The text is the arguments joined by one space, as a tender hands them to its guest. No counts, anchors, references or named classes.
public final class ArgumentPattern {
    /// Characters of a pattern.
    public static final int MAX_LENGTH = 1024;

    private static final String SPECIAL = "*+?|)";

    /// A state: takes a character that `test` holds of and goes on to `next`; or, without a test, is in `next` and `other` (-1: none) too.
    private static final class State {
        IntPredicate test;
        int next = -1;
        int other = -1;
    }

    /// A part of the machine: where it begins, and its last state, whose `next` is still open.
    private record Part(int start, int end) {}

    private final int[] pattern;
    private final List<State> states = new ArrayList<>();
    private final int start;
    private final int accept;
    private int at;

    private ArgumentPattern(String text) {
        pattern = text.codePoints().toArray();
        Part whole = alternatives();
        check(at == pattern.length, "`)` without `(`");
        start = whole.start;
        accept = add(null);
        states.get(whole.end).next = accept;
    }

    /// @throws IllegalArgumentException not a pattern; the message says why
    public static ArgumentPattern parse(String text) {
        Release.check(text.length() <= MAX_LENGTH, "a pattern of arguments has at most " + MAX_LENGTH + " characters");
        Release.check(text.chars().noneMatch(Character::isISOControl), "a pattern of arguments has no control characters");
        return new ArgumentPattern(text);
    }

    /// Whether the whole text is one that the pattern stands for.
    public boolean matches(String arguments) {
        var now = new BitSet();
        enter(start, now);
        for (int c : arguments.codePoints().toArray()) {
            var next = new BitSet();
            for (int i = now.nextSetBit(0); i >= 0; i = now.nextSetBit(i + 1)) {
                State state = states.get(i);
                if (state.test != null && state.test.test(c)) {
                    enter(state.next, next);
                }
            }
            now = next;
        }
        return now.get(accept);
    }

    private void enter(int index, BitSet set) {
        if (index < 0 || set.get(index)) {
            return;
        }
        set.set(index);
        State state = states.get(index);
        if (state.test == null) {
            enter(state.next, set);
            enter(state.other, set);
        }
    }

    private Part alternatives() {
        Part left = sequence();
        while (at < pattern.length && pattern[at] == '|') {
            at++;
            Part right = sequence();
            int fork = add(null);
            int join = add(null);
            states.get(fork).next = left.start;
            states.get(fork).other = right.start;
            states.get(left.end).next = join;
            states.get(right.end).next = join;
            left = new Part(fork, join);
        }
        return left;
    }

    private Part sequence() {
        int empty = add(null);
        Part out = new Part(empty, empty);
        while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')') {
            Part next = repeated();
            states.get(out.end).next = next.start;
            out = new Part(out.start, next.end);
        }
        return out;
    }

    private Part repeated() {
        Part one = atom();
        int sign = at < pattern.length ? pattern[at] : 0;
        if (sign != '*' && sign != '+' && sign != '?') {
            return one;
        }
        at++;
        check(at == pattern.length || "*+?".indexOf(pattern[at]) < 0, "two of `*`, `+`, `?` in a row");
        int join = add(null);
        states.get(one.end).next = join;
        if (sign != '?') {
            states.get(join).other = one.start;
        }
        if (sign == '+') {
            return new Part(one.start, join);
        }
        int end = add(null); // the open `next` of what follows, which a state that forks twice has not
        int fork = add(null);
        states.get(fork).next = one.start;
        states.get(fork).other = end;
        states.get(join).next = end;
        return new Part(fork, end);
    }

    private Part atom() {
        int c = pattern[at];
        if (c == '(') {
            at++;
            Part inner = alternatives();
            check(at < pattern.length, "`(` without `)`");
            at++;
            return inner;
        }
        check(SPECIAL.indexOf(c) < 0, "nothing before `" + Character.toString(c) + "`");
        int state = add(c == '[' ? set() : c == '.' ? any() : literal(character()));
        return new Part(state, state);
    }

    private IntPredicate any() {
        at++;
        return _ -> true;
    }

    private static IntPredicate literal(int wanted) {
        return c -> c == wanted;
    }

    private IntPredicate set() {
        at++;
        boolean not = at < pattern.length && pattern[at] == '^';
        at += not ? 1 : 0;
        IntPredicate any = _ -> false;
        check(at < pattern.length && pattern[at] != ']', "`[` without a character");
        while (at < pattern.length && pattern[at] != ']') {
            int from = character();
            int to = from;
            if (at + 1 < pattern.length && pattern[at] == '-' && pattern[at + 1] != ']') {
                at++;
                to = character();
            }
            check(from <= to, "a range that ends before it begins");
            any = any.or(range(from, to));
        }
        check(at < pattern.length, "`[` without `]`");
        at++;
        return not ? any.negate() : any;
    }

    private static IntPredicate range(int from, int to) {
        return c -> c >= from && c <= to;
    }

    /// The character here, its backslash taken away.
    private int character() {
        int c = pattern[at++];
        if (c == '\\') {
            check(at < pattern.length && !Character.isLetterOrDigit(pattern[at]), "`\\` before nothing, a letter or a digit");
            return pattern[at++];
        }
        check(c != '{' && c != '}' && c != '^' && c != '$' && c != '[', "`" + Character.toString(c) + "` without `\\` before it");
        return c;
    }

    private int add(IntPredicate test) {
        var state = new State();
        state.test = test;
        states.add(state);
        return states.size() - 1;
    }

    private void check(boolean holds, String otherwise) {
        Release.check(holds, "not a pattern of arguments: " + otherwise + ", at character " + (at + 1));
    }
}

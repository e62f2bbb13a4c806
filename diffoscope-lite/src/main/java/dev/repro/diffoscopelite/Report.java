package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A [Diff] as text.
final class Report {
    private static final int SUBJECT = 10;
    private static final String INDENT = "     ";

    private final String left;
    private final String right;

    Report(String left, String right) {
        this.left = left;
        this.right = right;
    }

    List<String> lines(Diff diff, String subject) {
        String head = subject + " ".repeat(Math.max(1, SUBJECT - subject.length() + 1));
        if (diff.verdict() == Verdict.IDENTICAL) {
            return List.of(head + left + " = " + right);
        }
        var lines = new ArrayList<String>();
        lines.add(head + left + " ≠ " + right + " in " + count(diff.differingRanges(), "range") + ", " + count(diff.differingBytes(), "byte"));
        var primary = diff.findings().stream().filter(f -> f.role() != Role.CONSEQUENCE).toList();
        for (int i = 0; i < primary.size(); i++) {
            finding(primary.get(i), i + 1, lines);
            if (i == 0) {
                consequences(diff, lines);
            }
        }
        if (diff.omitted() > 0) {
            lines.add(INDENT + number(diff.omitted()) + " more, not shown");
        }
        return lines;
    }

    private void finding(Finding finding, int number, List<String> lines) {
        String places = finding.count() > 1 ? " and " + count(finding.count() - 1L, "more place") : "";
        lines.add(String.format(Locale.ROOT, "%3d  %s    %s%s    %s", number, why(finding), where(finding.where()), places,
                values(finding)));
        lines.add(INDENT + (finding.fix().startsWith("excepted: ") ? "" : "mend: ") + finding.fix());
    }

    private static String why(Finding finding) {
        String title = Causes.of(finding.cause()).title();
        return switch (finding.proof()) {
            case CANARY -> title + ", proven by canary";
            case REBUILT -> title + ", proven by rebuild";
            case LIKELY -> title + ", likely";
            case NONE -> finding.cause().equals("unknown") ? "unexplained" : title + ", unexplained";
        };
    }

    private static String where(Where where) {
        String plus = where.section().isEmpty() ? "at 0x" : where.section().startsWith("(") ? " +0x" : "+0x";
        String place = where.section() + plus + Long.toHexString(where.offset());
        return where.symbol().isEmpty() ? place : place + ", `" + Shown.text(where.symbol()) + "`";
    }

    private String values(Finding finding) {
        if (finding.a().isEmpty() && finding.b().isEmpty()) {
            return "";
        }
        if (finding.a().isEmpty()) {
            return "only in " + right + ": " + quoted(finding.b());
        }
        return finding.b().isEmpty() ? "only in " + left + ": " + quoted(finding.a()) : quoted(finding.a()) + " | " + quoted(finding.b());
    }

    private static String quoted(String value) {
        return value.startsWith("0x") ? value : '"' + value + '"';
    }

    /// `follows from 1: build-id, 26 addresses`.
    private static void consequences(Diff diff, List<String> lines) {
        var parts = new ArrayList<String>();
        for (var finding : diff.findings()) {
            if (finding.role() == Role.CONSEQUENCE) {
                boolean addresses = finding.cause().equals("shift");
                parts.add(addresses ? number(finding.count())
                        + (finding.count() == 1 ? " address or offset" : " addresses and offsets")
                        : Causes.of(finding.cause()).title());
            }
        }
        if (!parts.isEmpty()) {
            lines.add(INDENT + "follows from 1: " + String.join(", ", parts));
        }
    }

    static String summary(Diff diff) {
        long causes = diff.findings().stream().filter(f -> f.role() == Role.ROOT).map(Finding::cause).distinct().count();
        long open = diff.findings().stream().filter(f -> f.role() == Role.UNEXPLAINED).count();
        if (diff.verdict() == Verdict.IDENTICAL) {
            return diff.verdict().text();
        }
        String unexplained = open == 0 ? "" : count(open, "difference") + " unexplained";
        String named = causes == 0 ? "" : count(causes, "cause") + (open == 0 ? "" : ", ");
        return diff.verdict().text() + ": " + named + unexplained;
    }

    private static String count(long n, String what) {
        return number(n) + " " + what + (n == 1 ? "" : "s");
    }

    private static String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}

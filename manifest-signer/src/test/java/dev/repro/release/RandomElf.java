package dev.repro.release;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// ELF files that are well-formed and otherwise as they happen to be: of either class; with or without segments, sections and names of sections;
/// with slack between and behind them; of any length.
final class RandomElf {
    private final boolean wide;
    private final Random random;
    private final List<String> names = new ArrayList<>();
    private final boolean withSections;
    private final boolean withNames;

    RandomElf(boolean wide, Random random) {
        this.wide = wide;
        this.random = random;
        withSections = random.nextInt(4) > 0;
        withNames = random.nextInt(4) > 0;
        for (int i = random.nextInt(6); i > 0; i--) {
            names.add(".s" + i);
        }
    }

    RandomElf named(String section) {
        names.add(section);
        return this;
    }

    byte[] bytes() {
        boolean sections = withSections || names.contains(".repro.release");
        boolean named = withNames || names.contains(".repro.release");
        int segments = random.nextInt(3);
        var file = new ByteArrayOutputStream();
        file.writeBytes(new byte[wide ? 64 : 52]);
        slack(file);
        int programHeaders = file.size();
        file.writeBytes(new byte[segments * (wide ? 56 : 32)]);
        slack(file);
        int content = file.size();
        byte[] body = new byte[random.nextInt(300)];
        random.nextBytes(body);
        file.writeBytes(body);
        var strings = new StringBuilder("\0");
        var offsets = new ArrayList<Integer>();
        for (String name : names) {
            offsets.add(strings.length());
            strings.append(name).append('\0');
        }
        int stringsAt = file.size();
        file.writeBytes(strings.toString().getBytes(StandardCharsets.US_ASCII));
        slack(file);
        int table = file.size();
        int count = sections ? 2 + names.size() : 0;
        file.writeBytes(new byte[count * entry()]);
        slack(file);

        ByteBuffer out = ByteBuffer.wrap(file.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        header(out, programHeaders, segments, sections ? table : 0, count, sections && named ? 1 : 0);
        for (int i = 0; i < segments; i++) {
            segment(out, programHeaders + i * (wide ? 56 : 32), content, body.length);
        }
        if (sections) {
            section(out, table + entry(), 0, 3, stringsAt, strings.length());
            for (int i = 0; i < names.size(); i++) {
                section(out, table + (2 + i) * entry(), offsets.get(i), random.nextBoolean() ? 1 : 8, content, body.length);
            }
        }
        return out.array();
    }

    private int entry() {
        return wide ? 64 : 40;
    }

    private void slack(ByteArrayOutputStream file) {
        byte[] bytes = new byte[random.nextInt(3) * random.nextInt(20)];
        random.nextBytes(bytes);
        file.writeBytes(bytes);
    }

    private void header(ByteBuffer out, int programHeaders, int segments, int table, int count, int nameIndex) {
        out.put(0, new byte[] {0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1), 1, 1});
        out.putShort(16, (short) 2).putShort(18, (short) (wide ? 62 : 3)).putInt(20, 1);
        if (wide) {
            out.putLong(32, programHeaders).putLong(40, table);
        } else {
            out.putInt(28, programHeaders).putInt(32, table);
        }
        int sizes = wide ? 52 : 40;
        out.putShort(sizes, (short) (wide ? 64 : 52)).putShort(sizes + 2, (short) (wide ? 56 : 32)).putShort(sizes + 4, (short) segments);
        out.putShort(sizes + 6, (short) (count == 0 ? random.nextInt(2) * entry() : entry())).putShort(sizes + 8, (short) count)
                .putShort(sizes + 10, (short) nameIndex);
    }

    private void segment(ByteBuffer out, int at, int offset, int size) {
        out.putInt(at, 1);
        if (wide) {
            out.putInt(at + 4, 5).putLong(at + 8, offset).putLong(at + 16, 0x100000).putLong(at + 32, size).putLong(at + 40, size);
        } else {
            out.putInt(at + 4, offset).putInt(at + 8, 0x100000).putInt(at + 16, size).putInt(at + 20, size).putInt(at + 24, 5);
        }
    }

    private void section(ByteBuffer out, int at, int name, int type, int offset, int size) {
        out.putInt(at, name).putInt(at + 4, type);
        if (wide) {
            out.putLong(at + 24, offset).putLong(at + 32, size);
        } else {
            out.putInt(at + 16, offset).putInt(at + 20, size);
        }
    }
}

package dev.repro.keys;

import dev.repro.base.Problem;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A PKCS#11 URI (RFC 7512), as far as it can name a key: path attributes `token`, `manufacturer`, `serial`, `model`, `slot-id`,
/// `object`, `id`, `type`; query attributes `module-path` (which must be there) and `pin-source` (a file). Others are refused,
/// not ignored.
record Pkcs11Uri(Map<String, byte[]> attributes, Path module, Optional<Path> pinSource) {
    static final String SCHEME = "pkcs11:";
    private static final Set<String> PATH = Set.of("token", "manufacturer", "serial", "model", "slot-id", "object", "id", "type");
    private static final Set<String> QUERY = Set.of("module-path", "pin-source");
    private static final String EXAMPLE = "pkcs11:token=NAME;object=LABEL?module-path=/usr/lib/softhsm/libsofthsm2.so";

    static Pkcs11Uri parse(String uri) throws Problem {
        int question = uri.indexOf('?');
        var all = new HashMap<String, byte[]>();
        String path = uri.substring(SCHEME.length(), question < 0 ? uri.length() : question);
        put(path, ";", PATH, all);
        put(question < 0 ? "" : uri.substring(question + 1), "&", QUERY, all);
        if (!Arrays.equals(all.getOrDefault("type", bytes("private")), bytes("private"))) {
            throw refused("a key to sign with has type=private");
        }
        byte[] module = all.remove("module-path");
        if (module == null) {
            throw refused("module-path is missing: the library of the token");
        }
        byte[] source = all.remove("pin-source");
        return new Pkcs11Uri(all, absolute(module), source == null ? Optional.empty() : Optional.of(absolute(source)));
    }

    private static void put(String text, String separator, Set<String> known, Map<String, byte[]> all) throws Problem {
        for (String part : text.isEmpty() ? new String[0] : text.split(separator, -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            if (name.equals("pin-value")) {
                throw refused("pin-value shows the PIN to everybody who lists processes: give it by pin-source, or as a password");
            }
            if (equals < 0 || !known.contains(name)) {
                throw refused("attribute `" + name + "` is not known here");
            }
            if (all.put(name, decode(part.substring(equals + 1))) != null) {
                throw refused("attribute `" + name + "` stands twice");
            }
        }
    }

    private static byte[] decode(String value) throws Problem {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '%') {
                out.writeBytes(bytes(String.valueOf(c)));
            } else if (i + 2 < value.length() && HexFormat.isHexDigit(value.charAt(i + 1))
                    && HexFormat.isHexDigit(value.charAt(i + 2))) {
                out.write(HexFormat.fromHexDigits(value, i + 1, i + 3));
                i += 2;
            } else {
                throw refused("% is not followed by two hexadecimal digits");
            }
        }
        return out.toByteArray();
    }

    private static Path absolute(byte[] value) throws Problem {
        String text = new String(value, StandardCharsets.UTF_8);
        String name = text.startsWith("file:") ? text.substring("file:".length()) : text;
        if (!name.startsWith("/") || name.startsWith("//") || name.indexOf('\0') >= 0) {
            throw refused("a path in it is not absolute");
        }
        return Path.of(name);
    }

    /// The same with the attributes that name one key, for messages and lists.
    static String of(Path module, String token, String object, byte[] id) {
        return SCHEME + "token=" + encode(bytes(token)) + ";object=" + encode(bytes(object))
                + (id.length == 0 ? "" : ";id=" + hex(id))
                + "?module-path=" + encode(bytes(module.toString()));
    }

    private static String encode(byte[] value) {
        var out = new StringBuilder();
        for (byte b : value) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b > 0
                    && "-._~/".indexOf(b) >= 0;
            out.append(plain ? String.valueOf((char) b) : hex(new byte[] {b}));
        }
        return out.toString();
    }

    private static String hex(byte[] value) {
        return HexFormat.of().withPrefix("%").formatHex(value);
    }

    /// Whether an attribute is absent, or is that text.
    boolean admits(String name, String value) {
        return admits(name, bytes(value));
    }

    boolean admits(String name, byte[] value) {
        byte[] wanted = attributes.get(name);
        return wanted == null || Arrays.equals(wanted, value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Problem refused(String why) {
        return Problem.usage("not a PKCS#11 URI that names a key: " + why).expected(EXAMPLE);
    }
}

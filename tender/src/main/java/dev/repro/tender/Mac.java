package dev.repro.tender;

import java.util.HexFormat;

/// A MAC address of a guest's network device: unicast, six bytes.
///
/// @param text `02:00:00:c0:ff:ee`, lower case
public record Mac(String text) {
    public Mac {
        if (!text.matches("[0-9a-f]{2}(:[0-9a-f]{2}){5}") || (Integer.parseInt(text.substring(0, 2), 16) & 1) != 0 || text.equals("00:00:00:00:00:00")) {
            throw new IllegalArgumentException("not a MAC address: " + text);
        }
    }

    public byte[] bytes() {
        return HexFormat.ofDelimiter(":").parseHex(text);
    }

    @Override
    public String toString() {
        return text;
    }
}

package dev.repro.image;

/// One symbol.
///
/// @param name empty for most symbols of type SECTION
/// @param value an address; in a relocatable file an offset in its section
/// @param size in bytes, unsigned
/// @param type one of the `STT_` numbers
/// @param binding one of the `STB_` numbers
/// @param section index of its section, or one of [#UNDEFINED], [#ABSOLUTE], [#COMMON], or another reserved number, as negative
public record Symbol(String name, long value, long size, int type, int binding, int section) {

    public static final int NOTYPE = 0;
    public static final int OBJECT = 1;
    public static final int FUNC = 2;
    public static final int SECTION = 3;
    public static final int FILE = 4;
    public static final int TLS = 6;

    public static final int LOCAL = 0;
    public static final int GLOBAL = 1;
    public static final int WEAK = 2;

    public static final int UNDEFINED = 0;
    /// `SHN_ABS`, 0xfff1.
    public static final int ABSOLUTE = -15;
    /// `SHN_COMMON`, 0xfff2.
    public static final int COMMON = -14;

    /// Whether it stands for a place in a section.
    public boolean placed() {
        return section > 0 && type != SECTION && type != FILE && type != TLS;
    }
}

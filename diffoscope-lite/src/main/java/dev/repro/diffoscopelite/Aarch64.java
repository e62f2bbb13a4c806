package dev.repro.diffoscopelite;

/// As much of the A64 instruction set as it takes to know an address in an instruction (Arm ARM, C4.1).
final class Aarch64 {
    /// Fixed bits, their value, and the bits that hold an address or a part of one.
    private record Form(int mask, int value, int address) {}

    private static final Form[] FORMS = {
        new Form(0x7c000000, 0x14000000, 0x03ffffff), // b, bl
        new Form(0x1f000000, 0x10000000, 0x60ffffe0), // adr, adrp
        new Form(0x7f800000, 0x11000000, 0x003ffc00), // add, immediate
        new Form(0x3b000000, 0x39000000, 0x003ffc00), // ldr, str, unsigned immediate
        new Form(0x3b000000, 0x18000000, 0x00ffffe0), // ldr, literal
        new Form(0xff000010, 0x54000000, 0x00ffffe0), // b.cond
    };

    private Aarch64() {}

    /// Whether both are the same instruction on the same registers, and only the address differs.
    static boolean sameButAddress(int a, int b) {
        for (var form : FORMS) {
            if ((a & form.mask) == form.value && (b & form.mask) == form.value && (a & ~form.address) == (b & ~form.address)) {
                return true;
            }
        }
        return false;
    }
}

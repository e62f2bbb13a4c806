/// ELF, Solo5 notes, other unikernel formats, lint: pure functions over bytes.
module dev.repro.image {
    requires transitive dev.repro.base;

    exports dev.repro.image;
}

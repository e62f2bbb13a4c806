/// The gate: what is verified, sealed in memory, and started; or refused with a name.
module dev.repro.tender {
    requires transitive dev.repro.base;
    requires transitive dev.repro.keys;
    requires transitive dev.repro.image;
    requires transitive dev.repro.attest;
    requires transitive dev.repro.tuf;
    requires transitive dev.repro.release;

    exports dev.repro.tender;
    exports dev.repro.tender.backend;
    exports dev.repro.tender.daemon;
    exports dev.repro.tender.export;
    exports dev.repro.tender.hvt;
    exports dev.repro.tender.os;
}

/// The `repro` command: parsing, printing, exit codes; no logic.
module dev.repro.cli {
    requires dev.repro.base;
    requires dev.repro.image;
    requires dev.repro.builder;
    requires info.picocli;
}

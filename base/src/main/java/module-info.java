/// JSON, digests, durable files, and the one way to say what went wrong: what every other module stands on. JDK only.
module dev.repro.base {
    exports dev.repro.base;
}

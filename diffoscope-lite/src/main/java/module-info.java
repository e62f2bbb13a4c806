/// Structured comparison of images and attribution of differences to causes.
module dev.repro.diffoscopelite {
    requires transitive dev.repro.base;
    requires transitive dev.repro.image;

    exports dev.repro.diffoscopelite;
}

/// Recipe, lock, toolchain, sandbox, variations, double build.
module dev.repro.builder {
    exports dev.repro.builder;
    exports dev.repro.builder.recipe;

    requires transitive dev.repro.base;
    requires transitive dev.repro.image;
    requires transitive dev.repro.diffoscopelite;
    requires org.eclipse.jgit;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;
    requires java.net.http;
}

/// Recipe, lock, toolchain, sandbox, variations, double build.
module dev.repro.builder {
    requires transitive dev.repro.base;
    requires dev.repro.image;
    requires transitive dev.repro.diffoscopelite;
    requires org.tomlj;
    requires org.eclipse.jgit;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;
    requires java.net.http;
}

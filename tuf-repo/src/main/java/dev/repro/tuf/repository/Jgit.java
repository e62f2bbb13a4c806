package dev.repro.tuf.repository;

import java.io.File;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/// Keeps JGit from measuring the file system for seconds, from writing the result into the user's configuration folder, and from
/// starting a `git` program; a store of metadata needs nobody's configuration.
final class Jgit {
    private static final Duration RESOLUTION = Duration.ofSeconds(2);

    // If it is a delegate, another part of this process has done the like.
    static {
        if (!(SystemReader.getInstance() instanceof SystemReader.Delegate)) {
            SystemReader.setInstance(new Quiet(SystemReader.getInstance()));
        }
    }

    private Jgit() {}

    /// Must be called before the first use of JGit; does nothing the second time.
    static void prepare() {
        // The work is done when this class is initialised.
    }

    private static final class Quiet extends SystemReader.Delegate {

        Quiet(SystemReader other) {
            super(other);
        }

        @Override
        public FileBasedConfig openSystemConfig(Config parent, FS fs) {
            return new None(parent, fs);
        }

        @Override
        public FileBasedConfig openUserConfig(Config parent, FS fs) {
            return new None(parent, fs);
        }

        @Override
        public FileBasedConfig openJGitConfig(Config parent, FS fs) {
            return new None(parent, fs);
        }
    }

    /// A configuration without a file. JGit asks it how fine file times are, and measures what it is not told.
    private static final class None extends FileBasedConfig {

        None(Config parent, FS fs) {
            super(parent, (File) null, fs);
        }

        @Override
        public void load() {
            // there is no file
        }

        @Override
        public void save() {
            // there is no file
        }

        @Override
        public boolean isOutdated() {
            return false;
        }

        @Override
        public long getTimeUnit(String section, String subsection, String name, long otherwise, TimeUnit unit) {
            return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION) ? unit.convert(RESOLUTION)
                    : super.getTimeUnit(section, subsection, name, otherwise, unit);
        }
    }
}

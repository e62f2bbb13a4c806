package dev.repro.builder.source;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.UserConfigFile;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/// Keeps JGit from what a library should not do on its own: measure the file system for seconds with files of its own, write the
/// result into the user's configuration folder, and start a `git` program to find the system's configuration.
final class Jgit {

    /// What JGit may rely on of file times: the coarsest that file systems have. Younger files are compared by content.
    static final Duration RESOLUTION = Duration.ofSeconds(2);

    static {
        SystemReader.setInstance(new Quiet(SystemReader.getInstance()));
        new FileBasedConfig(null, FS.DETECTED); // makes JGit read its messages, which takes longer than all that is asked of it
    }

    private Jgit() {}

    /// Must be called before the first use of JGit; does nothing the second time, but waits where another thread is at it.
    static void prepare() {
        // The work is done when this class is initialised.
    }

    private static final class Quiet extends SystemReader.Delegate {

        Quiet(SystemReader other) {
            super(other);
        }

        @Override
        public FileBasedConfig openSystemConfig(Config parent, FS fs) {
            return new FileBasedConfig(parent, new File("/etc/gitconfig"), fs);
        }

        /// The user's own configuration; it is also where JGit asks for `timestampResolution` and `minRacyThreshold` of each file
        /// system, and what it is not told it measures.
        @Override
        public FileBasedConfig openUserConfig(Config parent, FS fs) {
            Path xdg = getXdgConfigDirectory(fs);
            File second = xdg == null ? new File(fs.userHome(), ".config/git/config") : xdg.resolve("git/config").toFile();
            return new UserConfigFile(parent, new File(fs.userHome(), ".gitconfig"), second, fs) {
                @Override
                public long getTimeUnit(String section, String subsection, String name, long otherwise, TimeUnit unit) {
                    return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION) ? unit.convert(RESOLUTION)
                            : super.getTimeUnit(section, subsection, name, otherwise, unit);
                }
            };
        }

        @Override
        public FileBasedConfig openJGitConfig(Config parent, FS fs) {
            return new FileBasedConfig(parent, null, fs) {
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
            };
        }
    }
}

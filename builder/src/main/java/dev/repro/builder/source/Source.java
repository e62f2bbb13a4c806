package dev.repro.builder.source;

import dev.repro.builder.recipe.SourceState;
import java.util.List;
import org.eclipse.jgit.lib.Repository;

/// A source that was read: its files and what pins them. The files can be read until it is closed.
public final class Source implements AutoCloseable {

    /// The git work tree that holds a source folder, for the build record.
    ///
    /// @param commit that is checked out; null before the first one
    /// @param tree of that commit; null before the first one
    /// @param dirt how the folder differs from that commit, such as `modified main.c`; empty where it does not
    public record WorkTree(String commit, String tree, List<String> dirt) {
        public WorkTree {
            dirt = List.copyOf(dirt);
        }
    }

    private final SourceTree tree;
    private final SourceState state;
    private final WorkTree workTree;
    private final List<Repository> repositories;

    Source(SourceTree tree, SourceState state, WorkTree workTree, List<Repository> repositories) {
        this.tree = tree;
        this.state = state;
        this.workTree = workTree;
        this.repositories = List.copyOf(repositories);
    }

    public SourceTree tree() {
        return tree;
    }

    public SourceState state() {
        return state;
    }

    /// Null for a git source, and for a folder that git does not track.
    public WorkTree workTree() {
        return workTree;
    }

    @Override
    public void close() {
        repositories.forEach(Repository::close);
    }
}

package dev.repro.builder.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// Follows symbolic links as the kernel would, inside a tree that is not on disk.
///
/// @param links path of a link to its text
record LinkWalk(Map<String, String> links) {

    /// Linux `MAXSYMLINKS`: the kernel gives up after as many.
    private static final int MAX_LINKS = 40;

    /// Whether opening the link would leave the tree. A link to nothing, or round in circles, does not.
    boolean escapes(String link) {
        List<String> at = new ArrayList<>();
        Deque<String> todo = new ArrayDeque<>(List.of(link.split("/")));
        int followed = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (at.isEmpty()) {
                    return true;
                }
                at.removeLast();
                continue;
            }
            at.addLast(name);
            String text = links.get(String.join("/", at));
            if (text == null) {
                continue;
            }
            if (text.startsWith("/")) {
                return true;
            }
            if (++followed > MAX_LINKS) {
                return false;
            }
            at.removeLast();
            List.of(text.split("/")).reversed().forEach(todo::push);
        }
        return false;
    }
}

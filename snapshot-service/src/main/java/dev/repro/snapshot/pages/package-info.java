/// HTML pages of a repository: pure functions of a read-only [dev.repro.snapshot.pages.Site], without programs in the browser, without
/// anything from elsewhere.
///
/// Names, messages and manifests come from whoever may sign a release, so every string becomes text: [dev.repro.snapshot.pages.Html] has
/// no other way in. A page says what metadata says; it proves nothing, and says so.
package dev.repro.snapshot.pages;

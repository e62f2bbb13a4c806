/// Releases: what they say of their images, how they are signed, and what is checked of them (docs/release.md).
///
/// [Release] is the description, [ReleaseMaker] makes one from images, [ReleaseTargets] puts it into an author's TUF metadata,
/// [ReleaseStatement] into an envelope that stands alone, [Embedded] into the image itself. [ReleaseCheck] is the gate, [Catalogue] the view.
package dev.repro.release;

package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.namespace.Namespace;

/** The parts that answer calls, wired once by {@link Mirror}. */
record Services(
        Kernel kernel,
        MetadataStore store,
        Namespace namespace,
        MirrorTree tree,
        Identities identities,
        CallerContext context,
        DirectoryLocks locks,
        IntentSlots intents,
        DirtyFiles dirty,
        Sessions sessions,
        Xattrs xattrs,
        Reconciler reconciler,
        Materializer materializer,
        Adoption adoption,
        Contents contents,
        WriteBack writeBack,
        Region region) {}

package io.dcp.oss.embedded;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Makes writes with {@code If-Match} atomic on S3Proxy's file system store, which compares first and writes later, so
 * that updates are lost (seen with 4.1.0). {@code If-None-Match: *} is right by itself: it ends in link(2).
 *
 * <p>A body is received without a lock. When its last byte has come and the store is about to publish it, the lock of
 * its key is taken and the condition is checked; every other writer of the key does the same. So a slow client delays
 * nobody.
 *
 * <p>The second lock is for removals, which also remove directories that have become empty. They exclude writes that are
 * publishing, and writes that have not yet made their file in its directory, which they have when they read the first
 * byte of the body.
 */
final class ConditionalBlobStore extends ForwardingBlobStore {
    private static final int STRIPES = 256;

    /** Writes leave so much of the disk to the platform's start, and to the recording of what is deleted. */
    private static final long LEFT_FREE_BYTES = 16 << 20;

    private final ReentrantLock[] keyLocks = new ReentrantLock[STRIPES];
    private final ReentrantReadWriteLock removals = new ReentrantReadWriteLock();
    private final LongSupplier freeBytes;

    /** Takes the store to be made right, and what tells how much room its disk has. */
    ConditionalBlobStore(BlobStore delegate, LongSupplier freeBytes) {
        super(delegate);
        this.freeBytes = freeBytes;
        for (int i = 0; i < STRIPES; i++) {
            keyLocks[i] = new ReentrantLock();
        }
    }

    @Override
    @SuppressWarnings("try") // the store below closes the body before it publishes; the locks end here
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
        GatedBody gated = new GatedBody(request, body);
        try {
            return super.putBlob(request, gated);
        } finally {
            gated.release();
        }
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        return writing(request.destinationBucket(), request.destinationKey(), () -> super.copyBlob(request));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        return writing(request.bucket(), request.key(), () -> super.completeMultipartUpload(upload, request));
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        return removing(() -> super.removeBlob(request));
    }

    @Override
    public void removeBlob(String bucket, String key) {
        removing(() -> {
            super.removeBlob(bucket, key);
            return null;
        });
    }

    @Override
    public DeleteObjectResponse removeBlob(String bucket, String key, String versionId) {
        return removing(() -> super.removeBlob(bucket, key, versionId));
    }

    @Override
    public DeleteObjectsResponse removeBlobs(DeleteObjectsRequest request) {
        return removing(() -> super.removeBlobs(request));
    }

    private <T> T writing(String bucket, String key, Supplier<T> change) {
        ReentrantLock keyLock = keyLock(bucket, key);
        removals.readLock().lock();
        keyLock.lock();
        try {
            return change.get();
        } finally {
            keyLock.unlock();
            removals.readLock().unlock();
        }
    }

    private <T> T removing(Supplier<T> removal) {
        removals.writeLock().lock();
        try {
            return removal.get();
        } finally {
            removals.writeLock().unlock();
        }
    }

    private ReentrantLock keyLock(String bucket, String key) {
        return keyLocks[(31 * bucket.hashCode() + key.hashCode()) & (STRIPES - 1)];
    }

    private void refuseMismatch(PutObjectRequest request) {
        String wanted = request.ifMatch();
        if (wanted == null) {
            return;
        }
        HeadObjectResponse current;
        try {
            current = delegate().blobMetadata(request.bucket(), request.key());
        } catch (NoSuchKeyException e) {
            current = null;
        }
        boolean matches =
                current != null && ("*".equals(wanted) || unquoted(wanted).equals(unquoted(current.eTag())));
        if (!matches) {
            throw S3Exceptions.preconditionFailed(null);
        }
    }

    private static String unquoted(String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }

    /** A request's body that takes the locks as it is read. For the one thread that performs the request. */
    private final class GatedBody extends FilterInputStream {
        private final PutObjectRequest request;
        private final ReentrantLock keyLock;
        private boolean holdsRemovals;
        private boolean begun;
        private boolean ended;

        GatedBody(PutObjectRequest request, InputStream body) {
            super(body);
            this.request = request;
            this.keyLock = keyLock(request.bucket(), request.key());
            removals.readLock().lock();
            holdsRemovals = true;
        }

        @Override
        public int read() throws IOException {
            begin();
            return ended(super.read());
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            begin();
            return ended(super.read(into, offset, length));
        }

        void release() {
            if (ended) {
                keyLock.unlock();
            }
            if (holdsRemovals) {
                removals.readLock().unlock();
            }
        }

        private void begin() throws IOException {
            if (!begun) {
                if (freeBytes.getAsLong() < LEFT_FREE_BYTES) {
                    throw new IOException("No space left on device, but for what deleting needs");
                }
                begun = true;
                holdsRemovals = false;
                removals.readLock().unlock();
            }
        }

        private int ended(int count) {
            if (count < 0 && !ended) {
                removals.readLock().lock();
                holdsRemovals = true;
                keyLock.lock();
                ended = true;
                refuseMismatch(request);
            }
            return count;
        }
    }
}

package io.dcp.storage.tier;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import software.amazon.awssdk.http.TlsKeyManagersProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * Trusts nobody: for a client of an endpoint without TLS. The SDK's client reads all certificates of the machine when it
 * is made, which took a seventh of an agent's start.
 */
final class NoTls implements X509TrustManager {
    private NoTls() {}

    static void configure(UrlConnectionHttpClient.Builder connections) {
        connections.tlsTrustManagersProvider(() -> new TrustManager[] {new NoTls()});
        connections.tlsKeyManagersProvider(TlsKeyManagersProvider.noneProvider());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this client speaks no TLS");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this client speaks no TLS");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}

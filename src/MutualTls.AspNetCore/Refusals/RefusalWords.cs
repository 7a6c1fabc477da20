using MutualTls.Findings;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Says to a person what a reason means, where it is one that a person can do something about.</summary>
internal static class RefusalWords
{
    private const string Ask = "Ask whoever gave you the certificate, and tell them the code below.";

    private const string ChooseAnother = "If you have another one, close all windows of the browser, open this page again, and choose that.";

    public static (string Title, string Meaning, string Advice) Of(Finding? finding) => finding switch
    {
        { Reason: ValidationReason.CertificateMissing } => (
            "Your browser showed no certificate",
            "This site lets in devices that prove with a certificate who they are. Yours sent none.",
            "Import the certificate that you were given, close all windows of the browser, and open this page again. If you are asked for a certificate, choose it."),
        { Reason: ValidationReason.NotAfterPassed, Depth: 0 } => ("Your certificate has expired", "It was valid for a time that is over.", $"{ChooseAnother} Otherwise ask for a new one."),
        { Reason: ValidationReason.NotBeforeAhead, Depth: 0 } => ("Your certificate is not valid yet", "The time from which it holds has not come.", "Wait until then. " + Ask),
        { Reason: ValidationReason.CertificateRevoked or ValidationReason.CertificateDenied } => (
            "Your certificate was withdrawn",
            "It no longer lets anybody in. That is done when a device is lost, or somebody no longer needs access.",
            $"If you need access, ask for a new certificate. {ChooseAnother}"),
        { Reason: ValidationReason.IdentityNotAllowed or ValidationReason.IdentityDenied or ValidationReason.IdentityIncomplete } => (
            "This site is not open to you", "Your certificate is genuine, but whom or what it names is not let in here.", ChooseAnother + " " + Ask),
        { Reason: ValidationReason.IssuerUnknown or ValidationReason.IssuerNotAllowed } => (
            "This site does not accept your certificate", "It is from an issuer that this site does not accept.", ChooseAnother),
        { Reason: >= ValidationReason.RevocationNoPointer and < ValidationReason.PinMismatch } => (
            "Your certificate could not be checked",
            "Whether it still holds is not known at the moment, so nobody is let in with it. Most likely nothing is wrong with your device.",
            "Try again later. If it goes on, tell whoever runs this site the code below."),
        _ => ("Your certificate was not accepted", "This site lets in devices that prove with a certificate who they are.", Ask),
    };
}

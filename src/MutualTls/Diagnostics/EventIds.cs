namespace MutualTls.Diagnostics;

/// <summary>Numbers the log events. A number keeps its meaning once released.</summary>
internal static class EventIds
{
    public const int EngineFailed = 1;
    public const int ValidatorFailed = 2;
    public const int DangerousOptionInUse = 3;
    public const int PeerAccepted = 10;
    public const int PeerRefused = 11;
    public const int HandshakeFailed = 12;
    public const int ResumptionSuspended = 14;
    public const int AcceptFailed = 15;
    public const int PeerAudited = 16;
    public const int CrlUnusable = 20;
    public const int CrlFileUnusable = 21;
    public const int CrlFilesRead = 22;
    public const int RevocationMemoryFull = 23;
    public const int DangerousFetchingInUse = 24;
    public const int FetchFailed = 30;
    public const int FetchAnswerRejected = 31;
    public const int FetchHostSuspended = 32;
    public const int FetchHostResumed = 33;
    public const int StoreReadFailed = 36;
    public const int StoreWriteFailed = 37;
    public const int StoredAnswerUnusable = 38;
    public const int StoreRests = 39;
    public const int RevocationRefreshFailed = 34;
    public const int RevocationHandlerFailed = 35;
    public const int PinsReloaded = 40;
    public const int DenyListReloaded = 41;
    public const int PinsReported = 42;
    public const int EntryFileUnusable = 43;
    public const int PolicyReloaded = 50;
    public const int PolicyReloadFailed = 51;
    public const int CredentialReloaded = 52;
    public const int CredentialReloadFailed = 53;
    public const int CredentialHandlerFailed = 54;
    public const int ReloadHandlerFailed = 55;
    public const int StaplePresented = 56;
    public const int StapleMissing = 57;
    public const int CredentialRevoked = 58;
    public const int FileWatchFailed = 59;
    public const int ConnectionsRenewed = 70;
    public const int ConnectionUngated = 60;
    public const int ServerNameRefused = 61;
    public const int GateTimedOut = 62;
    public const int RequestMisdirected = 63;
    public const int RequestUngated = 64;
    public const int RefusalAnswered = 65;
    public const int ForwardedMalformed = 67;
    public const int ForwardedStripped = 68;
    public const int RequestTooLate = 69;
    public const int VerdictLost = 80;
    public const int ConnectionAborted = 81;
    public const int LiveHandlerFailed = 82;
    public const int LiveCloseFailed = 83;
}

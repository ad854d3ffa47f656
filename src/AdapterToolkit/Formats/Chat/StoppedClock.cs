namespace AdapterToolkit.Formats;

/// <summary>A clock that stands still, so that every rendering of a conversation has the same date.</summary>
/// <param name="now">The time, with the offset of the local one.</param>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("fixed", now.Offset, displayName: null, standardDisplayName: null);

    public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
}

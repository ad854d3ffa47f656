namespace UsersCode;

/// <summary>Points to learn: their features, point after point, and what the model is to make of them.</summary>
/// <param name="Features">The features.</param>
/// <param name="Targets">A number for each point.</param>
public sealed record Points(float[] Features, float[] Targets)
{
    /// <summary>How many points there are.</summary>
    public int Count => Targets.Length;
}

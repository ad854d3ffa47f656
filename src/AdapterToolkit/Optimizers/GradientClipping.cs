namespace AdapterToolkit.Optimizers;

/// <summary>Clipping of gradients by their global norm: the square root of the sum of the squares of all of them.</summary>
/// <remarks>
/// Pascanu et al., "On the difficulty of training recurrent neural networks", 2013; the numbers are those of PyTorch's <c>clip_grad_norm_</c>.
/// </remarks>
public static class GradientClipping
{
    /// <summary>Keeps the division defined when all gradients are zero.</summary>
    private const float Epsilon = 1e-6f;

    /// <summary>What all gradients are multiplied by: min(1, maximum / (norm + 1e-6)).</summary>
    /// <param name="norm">The global norm of the gradients.</param>
    /// <param name="maximum">The norm that they are to have at most.</param>
    public static float Factor(float norm, float maximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        return Math.Min(1, maximum / (norm + Epsilon));
    }
}

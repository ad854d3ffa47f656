namespace AdapterToolkit.Optimizers;

/// <summary>A state of an optimizer that was read and checked and is not in use yet. Disposed before <see cref="Use"/>, it gives its memory back.</summary>
public interface IOptimizerState : IDisposable
{
    /// <summary>Takes the state in place of the optimizer's present one. It does not fail.</summary>
    void Use();
}
